import { describe, expect, it } from 'vitest';
import type { BreakerView } from '../../live/figures.ts';
import { faultInterval, queueSample, sagaEvent } from '../../live/testing/telemetry.ts';
import {
  breakerEntries,
  type EntryGroup,
  fitting,
  queueEntries,
  sagaEntries,
  typedEntries,
  underWay,
} from './palette-entries.ts';

const labels = (groups: readonly EntryGroup[]) =>
  groups.flatMap(({ entries }) => entries.map(({ label }) => label));
const entry = (label: string, words = '') => ({
  ...{ id: label, label, description: '', words },
  deed: { go: '/' },
});

describe('what the palette offers', () => {
  const groups: EntryGroup[] = [
    { group: 'Go to', entries: [entry('Traces')], always: true },
    { group: 'Services', entries: Array.from({ length: 9 }, (_, i) => entry(`service-${i}`, 'orders')) },
  ];

  it('is only what is always of use before anything is typed', () => {
    expect(labels(fitting(groups, ' '))).toEqual(['Traces']);
  });

  it('has to fit every typed word, in any order, and says how much was left out', () => {
    const [only] = fitting(groups, 'orders service');
    expect(only?.group).toBe('Services, 3 more fit');
    expect(only?.entries).toHaveLength(6);
    expect(fitting(groups, 'orders tractor')).toEqual([]);
  });
});

describe('what hurts', () => {
  it('is asked for twice: a pause, a forced state, an abort; not what ends something', () => {
    const queues = queueEntries([
      {
        queue: 'mail',
        system: 'bullmq',
        sample: queueSample(1, { queue: 'mail' }),
        actions: ['pause', 'resume'],
      },
    ]);
    expect(queues.map(({ label, hurts }) => [label, hurts ?? false])).toEqual([
      ['mail', false],
      ['Pause mail', true],
    ]);
    const breaker = {
      id: 'orders/payments',
      service: 'orders',
      name: 'payments',
      peer: 'payments',
      state: 'closed',
    };
    const breakers = breakerEntries([breaker as BreakerView], new Set(['orders/payments']));
    expect(breakers.map(({ hurts }) => hurts ?? false)).toEqual([false, true, true, false]);
    expect(underWay([faultInterval(1)], [], 2)[0]).toMatchObject({ deed: { call: 'releaseFault' } });
    expect(underWay([faultInterval(1)], [], 2)[0]?.hurts).toBeUndefined();
  });

  it('is not offered where no agent can do it', () => {
    const sample = queueSample(1, { queue: 'mail', paused: true });
    const row = { queue: 'mail', system: 'bullmq', sample };
    expect(queueEntries([{ ...row, actions: [] }])).toHaveLength(1);
    expect(queueEntries([{ ...row, actions: ['pause', 'resume'] }])[1]?.label).toBe('Resume mail');
  });
});

it('sagas come newest first, with how they ended', () => {
  const events = [
    sagaEvent(1, 'started', { sagaId: 'a' }),
    sagaEvent(2, 'started', { sagaId: 'b', orderId: 'ord_7' }),
    sagaEvent(3, 'completed', { sagaId: 'a', outcome: 'confirmed' }),
  ];
  const found = sagaEntries(events);
  expect(found.map(({ label }) => label)).toEqual(['b', 'a']);
  expect(found[0]?.description).toContain('under way');
  expect(found[0]?.words).toContain('ord_7');
  expect(found[1]?.description).toContain('confirmed');
});

it('an id is looked for wherever it may be; a whole trace id opens that trace', () => {
  const id = 'AB'.repeat(16);
  expect(typedEntries(id).map(({ deed }) => deed)).toEqual([{ go: `/traces/${id.toLowerCase()}` }]);
  expect(typedEntries('ord_77').map(({ deed }) => deed)).toEqual([
    { go: '/sagas?text=ord_77' },
    { go: '/traces?q=ord_77&all=1' },
  ]);
  expect(typedEntries('or')).toEqual([]);
});
