import { describe, expect, test, vi } from 'vitest';
import { type FaultAction, type FaultType, RECEIPT_ATTR } from '../../contract/index.ts';
import type { TestHub } from './hub.ts';
import type { OtlpSink } from './otlp-sink.ts';
import type { Excuses, Ledger } from './promises.ts';
import { SABOTEUR } from './saboteur.ts';

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

export interface MailEffect {
  action: Action;
  side: Side;
  /** How often a mail is handled which is sent while the fault is on; null: not before the fault has ended. */
  handled: number | null;
  /** And maybe more often than that. */
  again?: true;
  /** Promises that do not apply to it, each with the reason. */
  without?: Excuses;
}

const HOUR = 600_000;
const EFFECTS: readonly MailEffect[] = [
  { action: { type: 'message_drop' }, side: 'producer', handled: 0 },
  { action: { type: 'message_drop' }, side: 'consumer', handled: 0 },
  { action: { type: 'message_delay', ms: HOUR }, side: 'producer', handled: null },
  { action: { type: 'message_duplicate', count: 2 }, side: 'consumer', handled: 3 },
  { action: { type: 'message_poison' }, side: 'producer', handled: 0 },
  { action: { type: 'consumer_slow', ms: HOUR }, side: 'consumer', handled: null },
  { action: { type: 'message_reorder', ms: 60_000 }, side: 'consumer', handled: null },
  { action: { type: 'producer_burst', count: 3, rate: 1_000 }, side: 'producer', handled: 4 },
  { action: { type: 'ack_lost' }, side: 'consumer', handled: 2, again: true },
];

const specOf = (action: Action, side: Side) => ({
  action: action as FaultAction,
  target: { kind: side, service: 'mailer', queue: 'mails' } as const,
  durationMs: HOUR,
});

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
  const atLeast = async (name: string, n: number) =>
    vi.waitUntil(async () => (await handled(name)).length >= n, soon);
  const ask = (action: Action, side: Side, more: object = {}, owner = 'test') =>
    mailer().hub.arm('mailer', { ...specOf(action, side), ...more }, { owner });
  const arm = async (...asked: Parameters<typeof ask>) => {
    const { faultId, answer } = await ask(...asked);
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
  return { fresh, send, handled, often, atLeast, ask, arm, hit, release, well, over };
}

/** What every message fault promises, whatever the client library; `own` makes of the common ones those of this library. */
export function messageFaults(
  mailer: () => Mailer,
  proofs: Ledger,
  own: (common: readonly MailEffect[]) => readonly MailEffect[] = (common) => common,
): void {
  const at = desk(mailer);
  describe.each(own(EFFECTS))('$action.type at the $side', (effect) => {
    proofs.excuse(effect.action.type, effect.without ?? {});
    isSeenAndRemoved(mailer, at, effect, proofs);
    endsAlone(mailer, at, effect, proofs);
  });
  singleFaults(mailer, at);
}

type Desk = ReturnType<typeof desk>;

function isSeenAndRemoved(
  mailer: () => Mailer,
  { fresh, send, handled, often, atLeast, arm, hit, release, well }: Desk,
  { action, side, handled: times, again, without }: MailEffect,
  proofs: Ledger,
): void {
  test('is seen from outside, counted, told on its span, lets go when it is stopped, leaves nothing', async () => {
    await well();
    const faultId = await arm(action, side);
    const name = fresh();
    const sending = send(name);
    await hit(faultId);
    proofs.prove(action.type, 'counted');
    // It stands in the queue by now: what is not handled is not for want of time.
    if (side === 'consumer') await sending;
    if (times !== null && times > 0) await (again ? atLeast : often)(name, times);
    if (times === 0 || times === null)
      for (let look = 0; look < 20; look++) expect(await handled(name)).toEqual([]);
    proofs.prove(action.type, 'seen');
    await release(faultId);
    await sending;
    if (times === null) await often(name, 1);
    await well();
    if (!again) expect(await handled(name)).toHaveLength(times ?? 1);
    proofs.prove(action.type, 'removed', 'residue');
    if (without?.receipt !== undefined) return;
    const marked = () =>
      mailer().sink.spans.find((span) => span.attributes[RECEIPT_ATTR.faultId] === faultId);
    expect(await vi.waitUntil(marked, soon)).toMatchObject({ kind: side });
    proofs.prove(action.type, 'receipt');
  });
}

function endsAlone(
  mailer: () => Mailer,
  { ask, release, well, over }: Desk,
  { action, side }: MailEffect,
  proofs: Ledger,
): void {
  test('is over when its time is, whatever the hub says', async () => {
    const { faultId, answer } = await mailer().hub.armBriefly('mailer', specOf(action, side));
    expect(answer).toMatchObject({ ok: true });
    await over({ faultId, reason: 'completed', reverted: true });
    await well();
    proofs.prove(action.type, 'expires');
  });

  test('lets messages through when its injector throws, and when the hub is gone', async () => {
    const { faultId: broken, answer } = await ask(action, side, {}, SABOTEUR);
    await well();
    if (answer.ok) await release(broken);
    else expect(answer).toMatchObject({ code: 'internal' });
    expect(mailer().hub.injections.filter(({ faultId }) => faultId === broken)).toEqual([]);
    await vi.waitUntil(await mailer().hub.orphan('mailer', specOf(action, side)), soon);
    await well();
    proofs.prove(action.type, 'open');
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
