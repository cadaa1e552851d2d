import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { FINDING_CODES } from '../importers/findings.ts';
import { COMMANDS } from './commands/index.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { stepsOf } from './testing/workflow.ts';

const docs = (name: string) => readFile(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

it('docs/cli.md has every command and every exit code', async () => {
  const text = await docs('cli.md');
  for (const { name, hidden } of COMMANDS) if (!hidden) expect(text).toContain(`\`${name}`);
  for (const { code, name } of EXIT_CODES) expect(text).toMatch(new RegExp(`^\\| ${code} \\| ${name}`, 'm'));
});

it('docs/istio.md has every finding with its severity', async () => {
  const rows = (await docs('istio.md')).split('\n');
  for (const [code, [severity]] of Object.entries(FINDING_CODES)) {
    const row = rows.find((line) => line.startsWith('|') && line.includes(`\`${code}\``));
    expect(row, code).toContain(`| ${severity} |`);
  }
});

it("docs/ci.md's workflow parses, and its commands are commands", async () => {
  const steps = stepsOf(await docs('ci.md'));
  for (const { uses, run } of steps) expect(uses === undefined).not.toBe(run === undefined);
  const words = steps.flatMap(({ run = '' }) =>
    [...run.matchAll(/stormglass -- (\S+)/g)].map((found) => found[1]),
  );
  expect(words).toEqual(['validate', 'dry-run', 'run']);
  for (const word of words) expect(COMMANDS.map(({ name }) => name)).toContain(word);
});
