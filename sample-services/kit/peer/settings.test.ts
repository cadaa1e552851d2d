import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { Answering } from '../../testing/answering.ts';
import { LeapingClock } from '../../testing/leaping-clock.ts';
import { setProtection } from '../protections.ts';
import { seededRandom } from '../random.ts';
import { fixedEndpoint } from './endpoints.ts';
import { Peer, type PeerOptions } from './peer.ts';

const answer = z.object({ n: z.number() });

let server: Answering;
let peer: Peer;
beforeEach(async () => {
  server = await Answering.start();
});
afterEach(async () => {
  await peer.close();
  await server.stop();
});
function open(settings: PeerOptions['settings'] = {}, clock?: LeapingClock): void {
  const endpoints = fixedEndpoint('server-1', server.url);
  peer = new Peer({
    name: 'server',
    endpoints,
    random: seededRandom(1),
    settings,
    ...(clock ? { clock } : {}),
  });
}
const post = () => peer.post('/', {}, { answer });
const fail = async (times: number) => {
  server.answer(503);
  for (let i = 0; i < times; i++) await post();
};

describe('a change takes effect on what runs:', () => {
  test('the time limit', async () => {
    open({ timeoutMs: 60_000 });
    const release = server.hold();
    peer.configure({ timeoutMs: 40 });
    expect(await post()).toMatchObject({ kind: 'ambiguous', reason: 'timeout' });
    release();
  });

  test('the volume and the share at which the breaker opens, with the calls it has counted', async () => {
    open({ volumeThreshold: 1_000 });
    await fail(12);
    expect(peer.refusing).toBe(false);
    peer.configure({ volumeThreshold: 13, errorThresholdPercentage: 100 });
    await fail(1);
    expect(peer.refusing).toBe(false);
    peer.configure({ errorThresholdPercentage: 99 });
    await fail(1);
    expect(peer.refusing).toBe(true);
  });

  test('the window of the breaker, longer or shorter, with the calls it has counted', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    open({ volumeThreshold: 4 });
    await fail(3);
    peer.configure({ rollingWindowMs: 1_000 });
    vi.advanceTimersByTime(1_000);
    await fail(3);
    expect(peer.refusing).toBe(false);
    peer.configure({ rollingWindowMs: 600_000 });
    vi.advanceTimersByTime(60_000);
    await fail(1);
    expect(peer.refusing).toBe(true);
  });

  test('the wait of a breaker that is open already', async () => {
    open({ volumeThreshold: 2, resetTimeoutMs: 600_000 });
    await fail(2);
    expect(peer.refusing).toBe(true);
    server.answer(200, { n: 1 });
    peer.configure({ resetTimeoutMs: 50 });
    expect(peer.refusing).toBe(true);
    await expect.poll(() => peer.refusing).toBe(false);
    expect(await post()).toMatchObject({ kind: 'ok' });
  });

  test('an open breaker stays open when something else is changed', async () => {
    open({ volumeThreshold: 2, resetTimeoutMs: 600_000 });
    await fail(2);
    peer.configure({ timeoutMs: 100, volumeThreshold: 50, retries: 1 });
    expect(await post()).toMatchObject({ kind: 'notSent', reason: 'breaker_open' });
  });

  test('the number of repetitions', async () => {
    open({ volumeThreshold: 1_000 }, new LeapingClock());
    server.answer(503);
    peer.configure({ retries: 5 });
    await peer.get('/', { answer });
    expect(server.calls).toHaveLength(6);
    peer.configure({ retries: 0 });
    await peer.get('/', { answer });
    expect(server.calls).toHaveLength(7);
  });

  test('the longest pause between repetitions, and how many time limits they may begin in', async () => {
    const clock = new LeapingClock();
    open({ volumeThreshold: 1_000, retryBaseMs: 100, retries: 4 }, clock);
    setProtection('jitter', false);
    onTestFinished(() => setProtection('jitter', true));
    server.answer(503);
    peer.configure({ retryCapMs: 150 });
    await peer.get('/', { answer });
    expect(clock.slept.splice(0)).toEqual([100, 150, 150, 150]);
    peer.configure({ timeoutMs: 200, retryTimeLimits: 1 });
    await peer.get('/', { answer });
    expect(clock.slept.splice(0)).toEqual([100, 150]);
  });

  test('the age at which an older answer is none, and how many are kept', async () => {
    const clock = new LeapingClock();
    open({ volumeThreshold: 1_000, retries: 0 }, clock);
    const ask = (path: string) => peer.get(path, { answer, fallback: true });
    for (const path of ['/a', '/b', '/c']) await ask(path);
    server.answer(503);
    clock.advance(10_000);
    const kinds = async () => (await Promise.all(['/a', '/b', '/c'].map(ask))).map(({ kind }) => kind);
    expect(await kinds()).toEqual(['ok', 'ok', 'ok']);
    peer.configure({ fallbackMaxAgeMs: 9_999 });
    expect(await kinds()).toEqual(['ambiguous', 'ambiguous', 'ambiguous']);
    peer.configure({ fallbackMaxAgeMs: 10_000, fallbackKept: 1 });
    expect(await kinds()).toEqual(['ambiguous', 'ambiguous', 'ok']);
  });

  test('the connections to an instance, for calls that begin later; those before keep theirs', async () => {
    open({ maxConnections: 1 });
    const release = server.hold();
    const before = [post(), post(), post()];
    await expect.poll(() => server.calls.length).toBe(1);
    peer.configure({ maxConnections: 2 });
    const after = [post(), post(), post()];
    await expect.poll(() => server.calls.length).toBe(3);
    release();
    for (const each of await Promise.all([...before, ...after])) expect(each).toMatchObject({ kind: 'ok' });
  });

  test('more slots of the bulkhead let in who waits', async () => {
    open({ bulkheadSlots: 1, bulkheadLine: 5 });
    const release = server.hold();
    const waiting = [post(), post(), post()];
    await expect.poll(() => server.calls.length).toBe(1);
    peer.configure({ bulkheadSlots: 2 });
    await expect.poll(() => server.calls.length).toBe(2);
    peer.configure({ bulkheadSlots: 0 });
    await expect.poll(() => server.calls.length).toBe(3);
    release();
    for (const each of await Promise.all(waiting)) expect(each).toMatchObject({ kind: 'ok' });
  });

  test('the spacing of calls', async () => {
    const clock = new LeapingClock();
    open({}, clock);
    await Promise.all([post(), post(), post()]);
    expect(clock.slept).toEqual([]);
    peer.configure({ spacingMs: 100 });
    const before = clock.now();
    for (let i = 0; i < 11; i++) await post();
    expect(clock.now() - before).toBe(1_000);
  });
});
