import { emptyTimeline } from '@stormglass/agents/contract';
import { describe, expect, it } from 'vitest';
import { breakerMove, faultInterval, queueSample, sagaEvent } from '../../../live/testing/telemetry.ts';
import { makeAxis } from './axis.ts';
import { stripRows } from './strip-rows.ts';

const T0 = 1_800_000_000_000;
const axis = makeAxis({ from: T0, to: T0 + 100_000, now: T0 + 100_000, live: true, left: 0, width: 1_000 });

describe('the strip as a table', () => {
  it('has every fault, also those which the lane has no room for, with begin and end', () => {
    const faults = Array.from({ length: 5 }, (_, i) =>
      faultInterval(T0 + i * 1_000, {
        faultId: `f-${i}`,
        endedAt: i === 0 ? T0 + 50_000 : null,
        endReason: 'released',
      }),
    );
    const { rows } = stripRows({ ...emptyTimeline(), faults }, axis, 5);
    expect(rows).toHaveLength(6);
    expect(rows[0]).toMatchObject({
      at: T0 + 50_000,
      words: 'payments latency 3.5 s on 80 %, ended (released)',
    });
  });

  it('is in order of time, the newest first, and leads to where each is read', () => {
    const { rows } = stripRows(
      {
        ...emptyTimeline(),
        faults: [faultInterval(T0 + 10_000, { runId: 'r1' })],
        transitions: [breakerMove(T0 + 20_000, 'closed', 'open')],
        queues: [queueSample(T0 + 30_000, { ready: 7 }), queueSample(T0 + 31_000, { ready: 2 })],
        sagas: [
          sagaEvent(T0 + 40_000, 'completed', { sagaId: 'sg_2', orderId: 'ord_2', outcome: 'compensated' }),
          sagaEvent(T0 + 41_000, 'completed', { outcome: 'confirmed' }),
        ],
      },
      axis,
      5,
    );
    expect(rows.map(({ lane, words, href }) => [lane, words, href])).toEqual([
      ['Sagas', 'ord_2 compensated', '/sagas/sg_2'],
      ['Queues', 'notifications deepest: 7 wait', '/queues'],
      ['Breakers', 'orders → payments open, on orders-1', '/breakers'],
      ['Faults', 'payments latency 3.5 s on 80 %, armed by person', '/chaos/runs/r1'],
    ]);
  });

  it('has only what lies in the range, and says how much was left out', () => {
    const sagas = Array.from({ length: 450 }, (_, i) =>
      sagaEvent(T0 + i * 100, 'completed', { sagaId: `sg_${i}`, outcome: 'failed' }),
    );
    const early = sagaEvent(T0 - 1, 'completed', { sagaId: 'early', outcome: 'failed' });
    const { rows, left } = stripRows({ ...emptyTimeline(), sagas: [early, ...sagas] }, axis, 5);
    expect(rows).toHaveLength(400);
    expect(left).toBe(50);
    expect(rows.some(({ id }) => id === 'early')).toBe(false);
  });
});
