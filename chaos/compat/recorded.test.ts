import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseJson } from './py/json.ts';
import { startStub } from './testing/http-stub.ts';
import { playCase, RecordedCase } from './testing/recorded-case.ts';
import { within } from './tolerance.ts';

const textOf = (name: string): string => readFileSync(join(import.meta.dirname, 'recorded', name), 'utf8');

const File = z.object({ cases: z.array(RecordedCase) });
const casesOf = (name: string): RecordedCase[] => File.parse(JSON.parse(textOf(name))).cases;

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

for (const name of ['experiments.json']) {
  const cases = casesOf(name);
  describe(`recorded from the reference: ${name}`, () => {
    it.concurrent.each(cases.filter((each) => !each.timing_dependent))('$id', (each) => holds(each));
  });
  describe(`recorded from the reference, in its own time: ${name}`, () => {
    it.each(cases.filter((each) => each.timing_dependent))('$id', (each) => holds(each));
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
