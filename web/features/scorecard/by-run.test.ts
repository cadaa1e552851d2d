import type { Recovery } from '@stormglass/chaos/contract';
import { describe, expect, test } from 'vitest';
import { trafficCell } from '../../live/testing/telemetry.ts';
import { burnRate, trendOf, withRuns } from './by-run.ts';
import { type SloRow, serviceRows } from './model.ts';

const run = (id: string, startedAt: number, endedAt: number | null, outage: number | null = null) => {
  const figure = (value: number | null) => ({ value, unit: 'ms', formula: '', inputs: '' });
  const recovery = { outage: figure(outage), blastRadius: figure(outage) } as unknown as Recovery;
  return { id, title: `run ${id}`, startedAt, endedAt, recovery };
};
const level = (id: string): SloRow => ({
  ...{ id, title: id, limit: '', value: '', verdict: 'broken', basis: '', spent: null, brokenBy: null },
});
const nothing = { timeline: { traffic: [] }, from: 0, to: 9_000, invariants: null, changes: null };

describe('a level by its runs', () => {
  test('has a trend of what each run measured, oldest first, with those that broke it', () => {
    const runs = [run('b', 2, 3, 2), run('c', 3, 4), run('a', 1, 2, 1)];
    expect(trendOf('blast', runs)?.points.map(({ id, broken }) => [id, broken])).toEqual([
      ['a', false],
      ['b', true],
    ]);
    expect(trendOf('mttr', [run('a', 1, 2, 5)])).toBeNull();
    expect(trendOf('p95', runs)).toBeNull();
  });

  test('names the newest run during which an invariant was violated', () => {
    const violation = (at: number) => ({
      ...{ id: 'I1', at, restoredAt: null, service: 'auditor', detail: '', traceId: '' },
    });
    const invariants = {
      checked: ['I1'],
      violations: [violation(1_500), violation(5_000)],
      truncated: false,
    };
    const runs = [run('old', 1_000, 2_000), run('quiet', 3_000, 4_000)];
    const broken = (more = runs) =>
      withRuns([level('corruption')], more, { ...nothing, invariants })[0]?.brokenBy?.id;
    expect(broken()).toBe('old');
    expect(broken([...runs, run('now', 4_500, null)])).toBe('now');
    expect(broken([])).toBeUndefined();
  });

  test('names the run during which services failed their callers', () => {
    const bad = trafficCell({ second: 2, service: 'orders', calls: 100, errors: 10 });
    const rows = withRuns([level('availability'), level('chain')], [run('a', 1_000, 3_000)], {
      ...nothing,
      timeline: { traffic: [bad] },
    });
    expect(rows.map(({ brokenBy }) => brokenBy?.id ?? null)).toEqual(['a', null]);
  });

  test('keeps the run that the level itself knows', () => {
    const own = { ...level('corruption'), brokenBy: { id: 'x', title: 'x' } };
    expect(withRuns([own], [run('a', 0, 9)], nothing)).toEqual([own]);
  });
});

test('a budget burns as many times too fast as errors are above what it allows', () => {
  const services = serviceRows(
    { traffic: [trafficCell({ second: 1, service: 'orders', calls: 1_000, errors: 5 })] },
    0,
    2_000,
  );
  expect(burnRate(services)).toBeCloseTo(5);
  expect(burnRate([])).toBeNull();
});
