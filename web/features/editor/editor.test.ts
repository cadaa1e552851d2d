import { readdirSync, readFileSync } from 'node:fs';
import { ExperimentSpec } from '@stormglass/chaos/contract';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import type { JsonSchema } from '../../live/json-schema.ts';
import { readDraft } from './draft-store.ts';
import { fieldsOf, itemWords } from './form/fields.ts';
import { newItems, withProvider } from './form/new-items.ts';
import { draftName, fileName, originOf } from './origin.ts';
import { asVariant, schemaAt, valueAt, variantsOf } from './schema.ts';
import { TEMPLATE, textOfRun } from './template.ts';
import { edit } from './text/edit.ts';
import { difference } from './yaml/difference.ts';

const options = { io: 'input', unrepresentable: 'any' } as const;
const schema = z.toJSONSchema(ExperimentSpec, options) as JsonSchema;
const FOLDER = new URL('../../../chaos/experiments/', import.meta.url);
const texts = readdirSync(FOLDER).map((name) => readFileSync(new URL(name, FOLDER), 'utf8'));
const specOf = (text: string): ExperimentSpec => ExperimentSpec.parse(parse(text));
const at = (value: unknown, ...path: (string | number)[]): JsonSchema => schemaAt(schema, value, path) ?? {};

describe('what a new experiment begins with', () => {
  it('is valid, and a copy of a run is, too', () => {
    const spec = specOf(TEMPLATE);
    expect(specOf(textOfRun({ experiment: spec }))).toEqual(spec);
    expect(textOfRun({ experiment: spec, source: TEMPLATE })).toBe(TEMPLATE);
  });
});

describe('the form', () => {
  it('stays valid with everything that its buttons add', () => {
    const value = parse(TEMPLATE);
    for (const path of [['method'], ['guards'], ['steady-state-hypothesis', 'probes']]) {
      for (const item of newItems(path, at(value, ...path), value)) {
        expect(() => specOf(edit(TEMPLATE, { do: 'append', path, value: item.value }))).not.toThrow();
      }
    }
  });

  it('stays valid with every kind of fault that is chosen', () => {
    const path = ['method', 0, 'provider', 'spec', 'action'];
    const actions = at(parse(TEMPLATE), ...path);
    expect(variantsOf(actions).length).toBeGreaterThan(30);
    for (const { name } of variantsOf(actions)) {
      const chosen = asVariant(actions, name, { type: 'latency', ms: 5 });
      const parsed = ExperimentSpec.safeParse(parse(edit(TEMPLATE, { do: 'set', path, value: chosen })));
      expect([
        name,
        parsed.error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`),
      ]).toEqual([name, undefined]);
    }
  });

  it('shows what must be there or is, and offers the rest; a provider makes its activity an action or a probe', () => {
    const value = { type: 'latency', ms: 5 };
    const action = { method: [{ provider: { type: 'fault', spec: { action: value } } }] };
    const { shown, absent } = fieldsOf(at(action, 'method', 0, 'provider', 'spec', 'action'), value, 'type');
    expect(shown.map(({ key }) => key)).toEqual(['ms']);
    expect(absent).toContain('jitterMs');
    expect(withProvider({ type: 'action', name: 'a' }, { type: 'recovered' })).toMatchObject({
      type: 'probe',
    });
    expect(itemWords(parse(TEMPLATE).method[0])).toEqual({
      ...{ name: 'charges take 1 s longer', about: 'action, fault, latency' },
    });
  });

  it('changes one value of any experiment that comes with us, on its own lines', () => {
    for (const text of texts) {
      const value = parse(text);
      for (const path of [
        ['title'],
        ['method', 0, 'name'],
        ['guards', 0, 'tolerance', 'range', 1],
        ['story'],
      ]) {
        const next = typeof valueAt(value, path) === 'number' ? 0.25 : 'Another one';
        const after = edit(text, { do: 'set', path, value: next });
        expect(valueAt(parse(after), path)).toBe(next);
        const change = difference(text, after);
        const touched = text.slice(change?.from, change?.to).split('\n').length;
        expect(touched).toBeLessThanOrEqual(path[0] === 'story' ? 10 : 1);
      }
    }
  });
});

describe('a draft', () => {
  it('is kept by what was opened, and read again only when it is one', () => {
    expect(draftName(originOf('?copy=a&from=5&to=9'))).toBe('file:a');
    expect(draftName(originOf('?run=r1'))).toBe('run:r1');
    expect(draftName(originOf(''))).toBe('new');
    expect(readDraft('{"text":"title: a","at":5}')).toEqual({ text: 'title: a', at: 5 });
    expect([readDraft(null), readDraft('{"text":1}'), readDraft('{')]).toEqual([null, null, null]);
  });

  it('is saved under its title', () => {
    expect(fileName('Charges: 3 s late!')).toBe('charges-3-s-late.yaml');
    expect(fileName(undefined)).toBe('experiment.yaml');
  });

  it('differs in one stretch', () => {
    expect(difference('abc', 'abc')).toBeNull();
    expect(difference('a: 1\nb: 2', 'a: 10\nb: 2')).toEqual({ from: 4, to: 4, insert: '0' });
    expect(difference('aa', 'a')).toEqual({ from: 1, to: 2, insert: '' });
  });
});
