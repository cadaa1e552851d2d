import { describe, expect, it } from 'vitest';
import { faultInterval, queueSample } from '../../live/testing/telemetry.ts';
import { errorKind, groupDeadLetters, payloadText } from './dead-letters.ts';
import { faultsOn, predictDrain, queueCards, slopeOf } from './model.ts';
import { pauseWords, redriveWords, scaledWords, troubleTag } from './words.ts';

const sample = (second: number, ready: number, more: Parameters<typeof queueSample>[1] = {}) =>
  queueSample(second * 1000, { ready, ...more });

describe('a queue card', () => {
  it('has rates per second over the last ten seconds', () => {
    const queues = Array.from({ length: 12 }, (_, i) => sample(i, 3));
    expect(queueCards({ queues }, 11_500)[0]).toMatchObject({ inRate: 6, outRate: 6, trouble: 'none' });
  });

  it('predicts when it is empty from the slope of its depth', () => {
    const queues = Array.from({ length: 10 }, (_, i) =>
      sample(i, 600 - i * 40, { enqueued: 0, dequeued: 40 }),
    );
    const [card] = queueCards({ queues }, 9000);
    expect(card?.drain).toMatchObject({ kind: 'draining' });
    expect(card?.drain.kind === 'draining' ? Math.round(card.drain.inMs) : null).toBe(6000);
  });

  it('is stuck when messages wait and none goes out', () => {
    const queues = Array.from({ length: 10 }, (_, i) => sample(i, 140, { enqueued: 0, dequeued: 0 }));
    expect(queueCards({ queues }, 9000)[0]?.trouble).toBe('stuck');
  });

  it('says that it is paused, although nothing waits there yet', () => {
    const queues = [sample(1, 0, { paused: true }), sample(2, 0, { paused: true })];
    const [card] = queueCards({ queues }, 2500);
    expect(card && troubleTag(card)).toEqual({ hue: 'degraded', text: 'Paused' });
  });

  it('says filling, with the pace, when it grows', () => {
    const queues = Array.from({ length: 10 }, (_, i) => sample(i, i * 6, { dequeued: 0 }));
    expect(queueCards({ queues }, 9000)[0]?.drain).toEqual({ kind: 'filling', perSecond: 6 });
  });

  it('counts as deep what waits alone where the broker does not say what is in flight', () => {
    const queues = [sample(1, 3, { delayed: 2, inFlight: null })];
    expect(queueCards({ queues }, 1500)[0]?.depth).toBe(5);
  });

  it('is unknown when its samples stopped, and shows the past when rewound', () => {
    const queues = [sample(1, 3), sample(2, 50)];
    expect(queueCards({ queues }, 60_000)[0]?.trouble).toBe('unknown');
    expect(queueCards({ queues }, 1500)[0]?.depth).toBe(3);
  });
});

describe('the prediction', () => {
  it('is not made from nothing', () => {
    expect(slopeOf([{ at: 0, depth: 1 }])).toBeNull();
    expect(predictDrain(5, null, null, 0).kind).toBe('unknown');
    expect(predictDrain(0, null, null, 0).kind).toBe('empty');
  });

  it('goes by the pace for a handful, whose slope is noise', () => {
    expect(predictDrain(2, -0.06, 4, 1000)).toEqual({ kind: 'draining', inMs: 500, emptyAt: 1500 });
  });
});

describe('scaled consumers', () => {
  const consumer = (instance: string, concurrency: number) => ({
    service: 'shipping',
    instance,
    concurrency,
  });

  it('are told by number, and those by name that were not reached', () => {
    const consumers = [consumer('shipping-1', 8), consumer('shipping-2', 8)];
    expect(scaledWords({ consumers, missed: [] })).toBe('2 consumers set to 8.');
    const missed = [{ service: 'shipping', instance: 'shipping-2', message: 'did not answer' }];
    expect(scaledWords({ consumers: [consumer('shipping-1', 0)], missed })).toBe(
      '1 consumer set: nothing is taken. Not reached: shipping-2.',
    );
  });
});

describe('dead letters', () => {
  const letter = (id: string, error: string, failedAt: number) => ({
    id,
    name: 'ORDER_CONFIRMED',
    failedAt,
    attempts: 3,
    error,
    traceId: '',
    payload: {},
  });

  it('are grouped by error without the ids in it, the largest group first', () => {
    const groups = groupDeadLetters([
      letter('1', 'No template for order 55121', 10),
      letter('2', 'SMS provider answered 503', 20),
      letter('3', 'SMS provider answered 503', 30),
      letter('4', 'No template for order 99812', 40),
      letter('5', 'SMS provider answered 503', 50),
    ]);
    expect(groups.map((g) => [g.error, g.letters.length])).toEqual([
      ['SMS provider answered 503', 3],
      ['No template for order …', 2],
    ]);
    expect(groups[0]).toMatchObject({ firstAt: 20, lastAt: 50 });
  });

  it('keep the status code in their error', () => {
    expect(errorKind('SMS provider answered 503\n at x')).toBe('SMS provider answered 503');
  });

  it('show a payload as it is, laid out when it is JSON', () => {
    expect(payloadText('{"a":1}')).toBe('{\n  "a": 1\n}');
    expect(payloadText('not json')).toBe('not json');
  });
});

it('the time of a fault stays behind the chart after it has ended', () => {
  const target = { kind: 'consumer' as const, service: 'notifications', queue: 'notifications' };
  const spec = { ...faultInterval(0).spec, action: { type: 'consumer_stop' as const }, target };
  const faults = [
    faultInterval(1_000, { faultId: 'long ago', spec, endedAt: 2_000 }),
    faultInterval(10_000, { faultId: 'over', spec, endedAt: 20_000 }),
    faultInterval(30_000, { faultId: 'on', spec }),
    faultInterval(30_000, { faultId: 'elsewhere' }),
  ];
  const found = faultsOn(faults, 'notifications', 5_000, 40_000);
  expect(found.map((f) => f.faultId)).toEqual(['over', 'on']);
});

describe('before it hurts a queue', () => {
  it('says what a pause hits and that only a person ends it', () => {
    const { hits, undo, deed } = pauseWords('notifications.email');
    expect(hits).toContain('No consumer takes a message of notifications.email');
    expect(undo).toContain('Resume ends it');
    expect(deed).toBe('Pause notifications.email');
  });

  it('says how many dead letters go back, and that this cannot be taken back', () => {
    const { hits, undo } = redriveWords('mail', 1);
    expect(hits).toContain('1 dead letter of mail goes back');
    expect(undo).toContain('cannot be taken back');
  });
});
