import { FAULT_CATALOGUE, type FaultType, parametersOf } from '@stormglass/agents/contract';
import { describe, expect, test } from 'vitest';
import { checkDraft, countProblems, type FaultDraft } from './fault-draft.ts';
import { actionOf, initialValues, NO_SHAPE, selectorOf, shapeOf, shownParameters } from './fault-form.ts';
import { readingOf, unitOf } from './field-words.ts';

const types = Object.keys(FAULT_CATALOGUE) as FaultType[];

describe('the form of a fault', () => {
  test.each(types)('%s: each parameter has a title, and what is not required needs no typing', (type) => {
    const parameters = parametersOf(type);
    for (const { title } of parameters) expect(title).not.toBe('');
    const made = actionOf(type, initialValues(parameters));
    expect(made.ok || parameters.some(({ required }) => required)).toBe(true);
  });

  test('numbers have a unit and limits, choices their options, JSON and long texts a field of their own', () => {
    expect(parametersOf('latency')).toMatchObject([
      { name: 'ms', kind: 'number', unit: 'ms', min: 0, max: 600_000, initial: 1000 },
      { name: 'distribution', kind: 'choice', options: ['fixed', 'uniform', 'normal', 'pareto'] },
      { name: 'jitterMs', when: { name: 'distribution', is: ['uniform', 'normal'] } },
      { name: 'p99Ms', initial: null },
    ]);
    expect(parametersOf('error')).toMatchObject([
      { name: 'status', initial: 503 },
      { name: 'body', kind: 'text', long: true },
      { name: 'headers', kind: 'json', initial: {} },
      { name: 'code', kind: 'text' },
      { name: 'message', kind: 'text' },
    ]);
    expect(parametersOf('process_kill')).toMatchObject([
      { title: 'Restart after', unit: 'ms', initial: 2000 },
    ]);
  });

  test('what another choice makes meaningless is neither shown nor sent', () => {
    const values = { ms: '200', distribution: 'pareto', jitterMs: '9', p99Ms: '900' };
    expect(shownParameters(parametersOf('latency'), values).map(({ name }) => name)).toEqual([
      ...['ms', 'distribution', 'p99Ms'],
    ]);
    expect(actionOf('latency', values)).toEqual({
      ok: true,
      value: { type: 'latency', ms: 200, distribution: 'pareto', jitterMs: 0, p99Ms: 900 },
    });
  });

  test('says at the field, in the words of the contract, what is wrong', () => {
    const wrong = (type: FaultType, values: Record<string, string>) => {
      const made = actionOf(type, values);
      return made.ok ? {} : made.problems;
    };
    expect(wrong('latency', { ms: '700000' })).toEqual({
      ms: 'must be a whole number of ms from 0 to 600000',
    });
    expect(wrong('latency', { ms: '1.5', distribution: 'uniform', jitterMs: '-1' })).toEqual({
      ms: 'must be a whole number of ms from 0 to 600000',
      jitterMs: 'must be a whole number of ms from 0 to 600000',
    });
    expect(wrong('corrupt', { patch: '{no' })).toEqual({ patch: 'is not JSON' });
    expect(Object.keys(wrong('latency', { ms: '5', distribution: 'pareto', p99Ms: '5' }))).toHaveLength(1);
  });

  test.each(types)(
    '%s: a number that is empty or beyond its limits is refused at its field, never replaced',
    (type) => {
      for (const p of parametersOf(type)) {
        if (p.kind !== 'number' || p.when !== undefined) continue;
        const initial = initialValues(parametersOf(type));
        const far = p.max === Number.MAX_SAFE_INTEGER ? [] : [String(p.max + 1)];
        for (const text of [...far, ...(p.initial === null && !p.required ? [] : ['', ' '])]) {
          const made = actionOf(type, { ...initial, [p.name]: text });
          expect(made.ok ? {} : made.problems, `${p.name} = "${text}"`).toHaveProperty(p.name);
        }
      }
    },
  );

  test('selects calls, and shapes them over time', () => {
    const calls = {
      method: 'get',
      headerName: 'x-client',
      headerValue: '',
      scope: 'me',
      tenant: '',
      route: '',
    };
    expect(selectorOf('30', calls)).toEqual({
      ok: true,
      value: { percentage: 30, method: 'GET', header: { name: 'x-client' }, scope: 'me' },
    });
    expect(shapeOf('pulse', { onMs: '100' })).toEqual({
      ok: true,
      value: { type: 'pulse', onMs: 100, offMs: 5_000 },
    });
    expect(shapeOf('constant', {})).toEqual({ ok: true, value: undefined });
  });

  test('says what is wrong with the calls', () => {
    const wrong = (percentage: string, calls: Record<string, string>) => {
      const made = selectorOf(percentage, calls);
      return made.ok ? {} : made.problems;
    };
    expect(wrong('0', {})).toEqual({ percentage: 'must be 1 to 100 %' });
    expect(wrong('100', { scope: 'no spaces' })).toEqual({
      scope: 'must be 1 to 64 letters, digits, _ or -',
    });
    expect(wrong('100', { headerValue: 'x' })).toEqual({ headerName: 'has a value but no name' });
  });
});

describe('a draft', () => {
  const draft: FaultDraft = {
    values: initialValues(parametersOf('latency')),
    calls: {},
    shape: NO_SHAPE,
    shapeValues: {},
    percentage: '80',
    seconds: '30',
  };

  test('is a fault when every field is right', () => {
    expect(checkDraft('latency', draft)).toMatchObject({
      wish: { action: { type: 'latency', ms: 1_000 }, selector: { percentage: 80 }, durationMs: 30_000 },
      durationMs: 30_000,
      percentage: 80,
    });
  });

  test.each([
    ['share', { percentage: '101' }, { selector: { percentage: 'must be 1 to 100 %' } }],
    ['life', { seconds: '601' }, { life: { seconds: 'must be 1 to 600 s' } }],
    ['life', { seconds: '' }, { life: { seconds: 'must be 1 to 600 s' } }],
    ['delay', { values: { ms: '' } }, { action: { ms: 'must be a number' } }],
    ['shape', { shape: 'pulse', shapeValues: { onMs: '0' } }, { shape: { onMs: expect.any(String) } }],
  ])(
    'with a wrong %s is refused at that field, and no former value is sent in its place',
    (_, change, problems) => {
      const checked = checkDraft('latency', { ...draft, ...change });
      expect(checked.wish).toBeNull();
      expect(checked.problems).toMatchObject(problems);
      expect(countProblems(checked.problems)).toBe(1);
    },
  );
});

describe('what stands beside a field', () => {
  const field = (type: FaultType, name: string) => {
    const found = parametersOf(type).find((p) => p.name === name);
    if (!found) throw new Error(`${type} has no ${name}`);
    return found;
  };

  test('is a unit only where there is one', () => {
    expect(unitOf(field('latency', 'ms'))).toBe('ms');
    expect(unitOf(field('slow_query', 'statement'))).toBe('');
    expect(unitOf(field('key_rotated', 'withdraw'))).toBe('');
  });

  test('reads large numbers', () => {
    expect(readingOf(field('memory_pressure', 'bytes'), '268435456')).toBe('256 MiB');
    expect(readingOf(field('clock_skew', 'offsetMs'), '300000')).toBe('300.0 s');
    expect(readingOf(field('latency', 'ms'), '1000')).toBe('');
  });
});
