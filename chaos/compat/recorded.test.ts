import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseJson } from './py/json.ts';
import { startStub } from './testing/http-stub.ts';
import { playCase, RecordedCase } from './testing/recorded-case.ts';
import { within } from './tolerance.ts';

const textOf = (name: string): string => readFileSync(join(import.meta.dirname, 'recorded', name), 'utf8');

/** All of the many, by `npm run campaign -- compat`; else each fourth, without those that need a quiet machine. */
const WHOLE = process.env.STORMGLASS_WHOLE_RECORDING !== undefined;

const File = z.object({ cases: z.array(RecordedCase) });
/**
 * `experiments.json` is the fixture as it was given. The `.jsonl` files hold one case a line, recorded with
 * chaostoolkit-lib 1.45.0, chaostoolkit 1.20.0, jsonpath2 0.4.5, PyYAML 6.0.3 and Python 3.11.7: `chaos run` on
 * generated experiments, in an empty folder each, beside the same HTTP stub.
 */
function casesOf(name: string): RecordedCase[] {
  const text = textOf(name);
  if (name.endsWith('.json')) return File.parse(JSON.parse(text)).cases;
  return text
    .trimEnd()
    .split('\n')
    .map((line) => RecordedCase.parse(JSON.parse(line)))
    .filter((each, at) => WHOLE || (at % 4 === 0 && !each.timing_dependent));
}

let stub: Awaited<ReturnType<typeof startStub>>;
beforeAll(async () => {
  stub = await startStub();
});
afterAll(() => stub.close());

async function holds(recorded: RecordedCase): Promise<void> {
  const { outcome, title, log } = await playCase(recorded, stub.address);
  expect(outcome, log.join('\n')).toEqual(recorded.expect);
  if (recorded.title_after !== undefined) expect(title).toEqual(recorded.title_after);
  if (recorded.validation_error !== undefined) {
    expect(log.join('\n')).toContain(recorded.validation_error.message);
  }
}

for (const name of ['experiments.json', 'refused.jsonl', 'played.jsonl']) {
  const cases = casesOf(name);
  describe(`recorded from the reference: ${name}`, () => {
    it.concurrent.each(cases.filter((each) => !each.timing_dependent))('$id', (each) => holds(each));
  });
  describe(`recorded from the reference, in its own time: ${name}`, () => {
    // How often a look every 0.2 s falls into a second depends on the machine: the recorded count has to come once.
    it.each(cases.filter((each) => each.timing_dependent))('$id', { retry: 3 }, (each) => holds(each));
  });
}

describe('recorded tolerances', () => {
  const cases = parseJson(textOf('tolerances.json'));
  it.each(Array.isArray(cases) ? cases : [])('%#', async (each) => {
    if (!(each instanceof Map)) throw new Error('a case is a mapping');
    const scope = { configuration: new Map(), secrets: new Map() };
    const [tolerance = null, value = null] = [each.get('tolerance'), each.get('value')];
    const result = await within(tolerance, value, scope, () => Promise.resolve(true));
    expect(result).toBe(each.get('result'));
  });
});
