import { describe, expect, test, vi } from 'vitest';
import { type FaultAction, type FaultType, RECEIPT_ATTR } from '../../contract/index.ts';
import type { TestHub } from './hub.ts';
import type { OtlpSink } from './otlp-sink.ts';

const soon = { timeout: 60_000, interval: 50 };

/** A service `mailer` that sends mails to itself by the queue `mails`: `POST /mails/:name`, `GET /handled`. */
export interface Mailer {
  url: string;
  hub: TestHub;
  sink: OtlpSink;
}

type Side = 'producer' | 'consumer';
type Action<T extends FaultType = FaultType> = T extends FaultType
  ? { type: T } & Partial<Omit<Extract<FaultAction, { type: T }>, 'type'>>
  : never;

interface Effect {
  action: Action;
  side: Side;
  /** How often a mail is handled which is sent while the fault is on; null: not before the fault has ended. */
  handled: number | null;
}

const HOUR = 600_000;
const EFFECTS: readonly Effect[] = [
  { action: { type: 'message_drop' }, side: 'producer', handled: 0 },
  { action: { type: 'message_drop' }, side: 'consumer', handled: 0 },
  { action: { type: 'message_delay', ms: HOUR }, side: 'producer', handled: null },
  { action: { type: 'message_duplicate', count: 2 }, side: 'consumer', handled: 3 },
  { action: { type: 'message_poison' }, side: 'producer', handled: 0 },
  { action: { type: 'consumer_slow', ms: HOUR }, side: 'consumer', handled: null },
  { action: { type: 'message_reorder', ms: 60_000 }, side: 'consumer', handled: null },
  { action: { type: 'producer_burst', count: 3, rate: 1_000 }, side: 'producer', handled: 4 },
];

/** What a test does with a mailer. */
function desk(mailer: () => Mailer) {
  let sent = 0;
  const fresh = () => `mail${++sent}.`;
  const send = (name: string) => fetch(`${mailer().url}/mails/${name}`, { method: 'POST' });
  const handled = async (prefix: string) => {
    const answer = await fetch(`${mailer().url}/handled`);
    const all = ((await answer.json()) as { handled: string[] }).handled;
    return all.filter((name) => name.startsWith(prefix));
  };
  const often = async (name: string, n: number) =>
    vi.waitUntil(async () => (await handled(name)).length === n, soon);
  const arm = async (action: Action, side: Side, more: object = {}) => {
    const target = { kind: side, service: 'mailer', queue: 'mails' } as const;
    const spec = { action: action as FaultAction, target, durationMs: HOUR, ...more };
    const { faultId, answer } = await mailer().hub.arm('mailer', spec);
    expect(answer).toMatchObject({ ok: true });
    return faultId;
  };
  const hit = (faultId: string, n = 1) =>
    vi.waitUntil(
      () => mailer().hub.injections.some((one) => one.faultId === faultId && one.count >= n),
      soon,
    );
  const release = async (faultId: string) =>
    expect(await mailer().hub.release('mailer', faultId)).toMatchObject({ reverted: true });
  /** As it was: one mail is handled once. */
  const well = async () => {
    const name = fresh();
    await send(name);
    await often(name, 1);
  };
  const over = (end: object) =>
    vi.waitFor(() => expect(mailer().hub.ended).toContainEqual(expect.objectContaining(end)), soon);
  return { fresh, send, handled, often, arm, hit, release, well, over };
}

/** What every message fault promises, whatever the client library. */
export function messageFaults(mailer: () => Mailer): void {
  const at = desk(mailer);
  everyFault(mailer, at);
  singleFaults(mailer, at);
}

type Desk = ReturnType<typeof desk>;

function everyFault(
  mailer: () => Mailer,
  { fresh, send, handled, often, arm, hit, release, well, over }: Desk,
): void {
  describe.each(EFFECTS)('$action.type at the $side', ({ action, side, handled: times }) => {
    test('is seen from outside, counted, told on its span, lets go when it is stopped, leaves nothing', async () => {
      await well();
      const faultId = await arm(action, side);
      const name = fresh();
      const sending = send(name);
      await hit(faultId);
      if (times !== null && times > 0) await often(name, times);
      if (times === 0 || times === null) expect(await handled(name)).toEqual([]);
      await release(faultId);
      await sending;
      if (times === null) await often(name, 1);
      await well();
      expect(await handled(name)).toHaveLength(times ?? 1);
      const marked = () =>
        mailer().sink.spans.find((span) => span.attributes[RECEIPT_ATTR.faultId] === faultId);
      expect(await vi.waitUntil(marked, soon)).toMatchObject({ kind: side });
    });

    test('is over when its time is, whatever the hub says', async () => {
      const faultId = await arm(action, side, { durationMs: 300 });
      await over({ faultId, reason: 'completed', reverted: true });
      await well();
    });
  });
}

function singleFaults(
  mailer: () => Mailer,
  { fresh, send, handled, often, arm, hit, release, well, over }: Desk,
): void {
  test('an acknowledgement that is lost brings the message again', async () => {
    const faultId = await arm({ type: 'ack_lost' }, 'consumer', { maxAffected: 1 });
    const name = fresh();
    await send(name);
    await often(name, 2);
    await over({ faultId, reason: 'max_affected', injections: 1 });
    await well();
  });

  test('reordered messages of a full window come the newest first', async () => {
    const faultId = await arm({ type: 'message_reorder', count: 3, ms: 60_000 }, 'producer');
    const name = fresh();
    const sends: Promise<Response>[] = [];
    for (const letter of ['a', 'b', 'c']) {
      sends.push(send(`${name}${letter}`));
      await hit(faultId, sends.length);
    }
    await Promise.all(sends);
    await often(name, 3);
    await release(faultId);
    expect(await handled(name)).toEqual(['c', 'b', 'a'].map((letter) => `${name}${letter}`));
  });

  test('a queue that the process does not use is refused, with those that it does', async () => {
    const target = { kind: 'consumer', service: 'mailer', queue: 'faxes' } as const;
    const { answer } = await mailer().hub.arm('mailer', { action: { type: 'message_drop' }, target });
    expect(answer).toMatchObject({ ok: false, code: 'target_absent', next: 'It has consumed mails.' });
  });
}
