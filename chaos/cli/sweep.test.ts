import { afterEach, describe, expect, it } from 'vitest';
import type { Effect } from '../sweep/simulated-shop.ts';
import { SweepDashboard } from './testing/sweep-dashboard.ts';
import { type } from './testing/type.ts';

let open: SweepDashboard[] = [];
afterEach(async () => {
  await Promise.all(open.map((dashboard) => dashboard.close()));
  open = [];
});

/** Payments cannot be done without. */
const paymentsBreak: Effect = (journey, { target }) =>
  target.kind === 'edge' && target.to === 'payments' ? { ...journey, error: true } : journey;

async function dashboard(effect: Effect = paymentsBreak) {
  const one = new SweepDashboard(effect);
  open.push(one);
  const url = await one.listen();
  return { one, sweep: (...words: string[]) => type(['sweep', ...words, '--url', url]) };
}

describe('stormglass sweep', () => {
  it('tells each cell as it is judged, and exits with the worst of them', async () => {
    const { sweep, one } = await dashboard();
    const { code, out } = await sweep('--only', '.error.before', '--minutes', '30', '--seed', '4');
    expect(code).toBe(1);
    expect(out).toMatch(/breaks +orders-to-payments\.error\.before: 100 % of the journeys failed/);
    expect(out).toMatch(/survives +gateway-to-catalog\.error\.before/);
    expect(out).toMatch(/1 breaks.*sweep sweep-1/);
    expect(one.asked[0]).toMatchObject({ minutes: 30, seed: 4, only: ['.error.before'], dry: false });
  });

  it('exits with 0 when all that was judged survives, with 2 when something degrades', async () => {
    const unhurt = await dashboard((journey) => journey);
    expect((await unhurt.sweep('--only', 'catalog.error')).code).toBe(0);
    const slow = await dashboard((journey) => ({ ...journey, durationMs: 5_000 }));
    expect((await slow.sweep('--only', 'catalog.latency.before')).code).toBe(2);
  });

  it('plans without a start: what would be tried, and what would not, and why', async () => {
    const { sweep } = await dashboard();
    const { code, out } = await sweep('--plan', '--type', 'error', '--type', 'process_kill');
    expect(code).toBe(0);
    expect(out).toMatch(/cells can be tried; \d+ fit into the minutes/);
    expect(out).toMatch(/untested, hurts_all: 4/);
    const { out: json } = await sweep('--plan', '--json', '--type', 'error');
    expect(JSON.parse(json)).toMatchObject({ sweep: null, plan: { cells: expect.any(Array) } });
  });

  it('gives machines a line for each result, and the sweep as the last', async () => {
    const { sweep } = await dashboard();
    const { out } = await sweep('--only', 'to-payments.error.before', '--json');
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ result: { cellId: 'orders-to-payments.error.before' } });
    expect(lines.at(-1)).toMatchObject({ exitCode: 1, sweep: { state: 'ended' } });
  });

  it('exports a cell, and shrinks several to the fewest that break something', async () => {
    const { sweep, one } = await dashboard();
    await sweep('--only', 'to-payments.error.before');
    const exported = await sweep('--export', 'orders-to-payments.error.before', '--as', 'playwright');
    expect(exported.out).toContain(
      '/api/sweeps/sweep-1/export?cell=orders-to-payments.error.before&as=playwright',
    );
    const shrunk = await sweep('--shrink', 'a', '--shrink', 'b');
    expect([shrunk.code, shrunk.out]).toEqual([1, expect.stringContaining('smallest: a')]);
    expect(one.asked.at(-1)).toEqual({ cells: ['a', 'b'] });
  });

  it('says which option is wrong', async () => {
    const { sweep } = await dashboard();
    for (const words of [
      ['--minutes', 'many'],
      ['--minutes', '0'],
      ['--type', 'earthquake'],
      ['--export', 'a', '--as', 'x'],
    ]) {
      const { code, err } = await sweep(...words);
      expect([words, code]).toEqual([words, 64]);
      expect(err).not.toBe('');
    }
  });
});
