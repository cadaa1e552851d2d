import type { Recovery } from '@stormglass/chaos/contract';
import { describe, expect, it } from 'vitest';
import { trafficCell } from '../../live/testing/telemetry.ts';
import { scorecard, serviceRows } from './model.ts';

const words = { duration: (ms: number) => `${Math.round(ms)} ms`, percent: (s: number) => `${s * 100} %` };
const cell = (service: string, calls: number, errors: number, bucket = 60) =>
  trafficCell({ second: 1, service, calls, errors, durations: [[bucket, calls]] });
function measured(id: string, outage: number | null, blast: number | null, t4: number | null = 2) {
  const figure = (value: number | null) => ({ value, unit: 'ms', formula: '', inputs: '' });
  const recovery = { t0: 1, t4, outage: figure(outage), blastRadius: figure(blast) } as unknown as Recovery;
  return { id, title: `run ${id}`, startedAt: Number(id), recovery };
}
const byId = (rows: ReturnType<typeof scorecard>, id: string) => rows.find((r) => r.id === id);

describe('the scorecard', () => {
  it('says unknown, never good, when nothing was measured', () => {
    expect(scorecard([], [], words).map((r) => [r.value, r.verdict])).toEqual(
      Array(4).fill(['unknown', 'unknown']),
    );
  });

  it('does not judge a service by a handful of calls', () => {
    expect(serviceRows({ traffic: [cell('orders', 5, 5)] }, 0, 2000)[0]).toMatchObject({
      availability: null,
      availabilityVerdict: 'unknown',
    });
  });

  it('judges by the worst service', () => {
    const services = serviceRows(
      { traffic: [cell('orders', 1000, 10), cell('gateway', 1000, 0, 120)] },
      0,
      2000,
    );
    const rows = scorecard(services, [], words);
    expect(byId(rows, 'availability')).toMatchObject({
      verdict: 'broken',
      basis: 'least: orders, 10 of 1000 failed',
      spent: 1,
    });
    expect(byId(rows, 'p95')).toMatchObject({ verdict: 'broken', basis: 'slowest: gateway, 1000 calls' });
  });

  it('counts only calls of the range', () => {
    expect(serviceRows({ traffic: [cell('orders', 1000, 10)] }, 5000, 9000)).toEqual([]);
  });

  it('averages recoveries, and a run that never recovered breaks the level', () => {
    expect(byId(scorecard([], [measured('1', 100, 0), measured('2', 300, 0)], words), 'mttr')).toMatchObject({
      value: '200 ms',
      verdict: 'holds',
    });
    expect(
      byId(scorecard([], [measured('1', 100, 0), measured('2', null, 0, null)], words), 'mttr'),
    ).toMatchObject({
      verdict: 'broken',
      brokenBy: { id: '2', title: 'run 2' },
    });
  });

  it('names the run that reached too far', () => {
    expect(byId(scorecard([], [measured('1', 1, 3), measured('2', 1, 1)], words), 'blast')).toMatchObject({
      value: '3',
      verdict: 'broken',
      brokenBy: { id: '1' },
    });
  });
});
