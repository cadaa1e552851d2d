import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadGameDays } from './load.ts';
import { parseGameDay } from './parse.ts';

const folder = (name: string) => new URL(`../${name}/`, import.meta.url);

describe('a game day file', () => {
  it.each(readdirSync(folder('gamedays')))('%s parses, and its experiments are there', (name) => {
    const plan = parseGameDay(readFileSync(new URL(name, folder('gamedays')), 'utf8'));
    const known = readdirSync(folder('experiments')).map((file) => file.replace('.yaml', ''));
    for (const step of plan.steps) if (step.type === 'experiment') expect(known).toContain(step.id);
  });

  it('of a folder is listed by its name, and a bad one hides no other', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gamedays-'));
    writeFileSync(join(folder, 'b.yaml'), 'title: B\nsteps: [{ type: experiment, id: slow }]\n');
    writeFileSync(join(folder, 'a.yaml'), 'title: A\n');
    const { plans, refused } = await loadGameDays(folder);
    expect(plans.map(({ id, plan }) => [id, plan.title])).toEqual([['b', 'B']]);
    expect(refused).toMatchObject([{ id: 'a', error: { code: 'invalid_request' } }]);
    rmSync(folder, { recursive: true });
    await expect(loadGameDays(folder)).rejects.toMatchObject({
      ...{ code: 'not_found', next: 'Name an existing folder in STORMGLASS_GAMEDAYS.' },
    });
  });

  it('that is wrong names every problem with its line', () => {
    const text = 'title: x\nsteps:\n  - { type: pause, seconds: 0 }\n  - { type: nap }\nstop_on: [never]\n';
    expect(() => parseGameDay(text)).toThrow(
      /3 problems[\s\S]*steps\[0]\.seconds \(line 3\)[\s\S]*line 4[\s\S]*stop_on\[0]/,
    );
    expect(() => parseGameDay('title: x\nsteps: [{ type: pause, seconds: 5 }]\n')).toThrow(
      'has no experiment',
    );
  });
});
