import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { RECEIPT_ATTR } from '../contract/index.ts';
import { type Pair, startPair } from './testing/pair.ts';

/**
 * What holds for every call fault, wherever it is injected: a client which knows nothing of it sees the effect; it is counted and
 * has a receipt; it can be removed in mid-flight, ends by itself, and leaves nothing behind.
 */
const MAIN = fileURLToPath(new URL('testing/call-service.ts', import.meta.url));
const soon = { timeout: 20_000, interval: 20 };
let pair: Pair;
let plainUrl: string;

beforeAll(async () => {
  pair = await startPair({
    main: MAIN,
    capabilities: { peer: 'corrupt:service', service: 'corrupt:service' },
  });
  const { plain } = (await (await fetch(`${pair.peer.url}/state`)).json()) as { plain: number };
  plainUrl = `http://127.0.0.1:${plain}`;
});
afterAll(() => pair.stop());
beforeEach(async () => {
  await Promise.all([pair.hub.halt('peer'), pair.hub.halt('service')]);
});

interface Seen {
  status: number;
  body: string;
  ms: number;
  /** Code of the error which the client, or the service as a client, met. */
  failed: string;
}

async function ask(url: string): Promise<Seen> {
  const began = performance.now();
  try {
    const answer = await fetch(url);
    const body = await answer.text();
    const failed = answer.status === 599 ? String(JSON.parse(body).failed) : '';
    return { status: answer.status, body, ms: performance.now() - began, failed };
  } catch (error) {
    const cause = error instanceof Error ? (error.cause as { code?: string } | undefined) : undefined;
    return { status: 0, body: '', ms: performance.now() - began, failed: cause?.code ?? String(error) };
  }
}
const handled = async () =>
  ((await (await fetch(`${pair.peer.url}/state`)).json()) as { handled: number }).handled;

const SERVICE = { kind: 'service', service: 'peer' } as const;
const EDGE = { kind: 'edge', from: 'service', to: 'peer' } as const;
const POINT = { kind: 'point', service: 'service', point: 'work.before_commit' } as const;
const out = (by: string) => (path: string) => `${pair.service.url}/out/${by}${path}`;
const SEAMS = [
  { seam: 'a Fastify server', at: 'peer', target: SERVICE, url: (path: string) => `${pair.peer.url}${path}` },
  { seam: 'a server of node:http', at: 'peer', target: SERVICE, url: (path: string) => `${plainUrl}${path}` },
  { seam: 'undici', at: 'service', target: EDGE, url: out('undici') },
  { seam: 'fetch', at: 'service', target: EDGE, url: out('fetch') },
  { seam: 'a client of node:http', at: 'service', target: EDGE, url: out('http') },
  { seam: 'a point in the code', at: 'service', target: POINT, url: () => `${pair.service.url}/point` },
] as const;

type Side = 'service' | 'edge' | 'point';
interface Row {
  name: string;
  action: { type: string; [parameter: string]: unknown };
  path: string;
  positions: readonly ('before' | 'after')[];
  /** What a client sees of it. */
  seen: (seen: Seen, side: Side) => void;
  points?: true;
}
const whole = ({ status, failed }: Seen) => expect({ status, failed }).toEqual({ status: 200, failed: '' });
const cut = ({ failed }: Seen) => expect(failed).toMatch(/ECONNRESET|UND_ERR_SOCKET|terminated/);
const BOTH = ['before', 'after'] as const;
const ROWS: readonly Row[] = [
  {
    name: 'latency',
    action: { type: 'latency', ms: 400 },
    ...{ path: '/work', positions: BOTH, points: true },
    seen: (seen) => {
      whole(seen);
      expect(seen.ms).toBeGreaterThanOrEqual(395);
    },
  },
  {
    name: 'error',
    action: { type: 'error', status: 502, body: '{"message":"injected by stormglass"}' },
    ...{ path: '/work', positions: BOTH, points: true },
    seen: ({ status, body }) => {
      expect(status).toBe(502);
      expect(body).toContain('injected by stormglass');
    },
  },
  {
    name: 'exception',
    action: { type: 'error', code: 'ECONNREFUSED', message: 'connect refused' },
    ...{ path: '/work', positions: BOTH, points: true },
    seen: (seen, side) => {
      if (side === 'edge') expect(seen.failed).toBe('ECONNREFUSED');
      else {
        expect(seen.status).toBe(500);
        expect(seen.body).toContain('ECONNREFUSED');
      }
    },
  },
  { name: 'reset', action: { type: 'reset' }, path: '/work', positions: BOTH, seen: cut },
  {
    name: 'throttle',
    action: { type: 'throttle', bytesPerSecond: 40_000 },
    ...{ path: '/big', positions: ['after'] },
    seen: (seen) => {
      whole(seen);
      expect(seen.body).toHaveLength(20_000);
      expect(seen.ms).toBeGreaterThanOrEqual(490);
    },
  },
  {
    name: 'truncate',
    action: { type: 'truncate', afterBytes: 10 },
    path: '/big',
    positions: ['after'],
    seen: cut,
  },
  {
    name: 'corrupt',
    action: { type: 'corrupt', patch: { name: null, more: { of: 1 } } },
    ...{ path: '/work', positions: ['after'] },
    seen: (seen) => {
      whole(seen);
      expect(JSON.parse(seen.body)).toEqual({ done: true, more: { of: 1 } });
    },
  },
];

describe.each(SEAMS)('$seam', ({ at, target, url }) => {
  const cases = ROWS.filter((row) => target.kind !== 'point' || row.points).flatMap((row) =>
    row.positions
      .filter((position) => target.kind !== 'point' || position === 'before')
      .map((position) => ({ ...row, position })),
  );
  /** Only the calls of that path: the service is asked about itself meanwhile. */
  const specOf = (action: object, position: string, path: string) => ({
    ...{ action, target, position, durationMs: 60_000 },
    selector: target.kind === 'point' ? {} : { route: path },
  });
  const normal = async (path: string) => whole(await ask(url(path)));

  test.each(cases)(
    '$name $position: seen, counted, with a receipt, and gone without residue',
    async (row) => {
      const { action, path, position, seen } = row;
      const before = await handled();
      const { faultId, answer } = await pair.hub.arm(at, specOf(action, position, path));
      expect(answer).toMatchObject({ ok: true });
      seen(await ask(url(path)), target.kind);
      if (path === '/work' && target.kind !== 'point')
        expect(await handled()).toBe(before + (position === 'after' || action.type === 'latency' ? 1 : 0));
      const receipt = await vi.waitUntil(
        () => pair.sink.spans.find((span) => span.attributes[RECEIPT_ATTR.faultId] === faultId),
        soon,
      );
      expect(receipt.attributes).toMatchObject({
        [RECEIPT_ATTR.faultType]: action.type,
        [RECEIPT_ATTR.position]: position,
      });
      const end = await pair.hub.release(at, faultId);
      expect(end).toMatchObject({ reverted: true, injections: 1, readBack: 'seam empty, no call held' });
      await normal(path);
    },
  );

  test.each(cases)('$name $position: ends by itself', async ({ action, path, position }) => {
    const { faultId } = await pair.hub.arm(at, { ...specOf(action, position, path), durationMs: 100 });
    const end = await vi.waitUntil(() => pair.hub.ended.find((e) => e.faultId === faultId), soon);
    expect(end).toMatchObject({ reason: 'completed', reverted: true });
    await normal(path);
  });

  const lasting = [
    { action: { type: 'hang' }, path: '/work', position: 'before' },
    { action: { type: 'hang' }, path: '/work', position: 'after' },
    { action: { type: 'latency', ms: 60_000 }, path: '/work', position: 'before' },
    { action: { type: 'throttle', bytesPerSecond: 100 }, path: '/big', position: 'after' },
  ].filter(
    ({ action, position }) =>
      target.kind !== 'point' || (action.type !== 'throttle' && position === 'before'),
  );
  test.each(lasting)('$action.type $position: removed in mid-flight', async ({ action, path, position }) => {
    const { faultId } = await pair.hub.arm(at, specOf(action, position, path));
    const asking = ask(url(path));
    await vi.waitUntil(() => pair.hub.injections.some((count) => count.faultId === faultId), soon);
    expect(await pair.hub.release(at, faultId)).toMatchObject({ reverted: true, injections: 1 });
    whole(await asking);
  });
});

describe.each(SEAMS.filter(({ seam }) => seam === 'a Fastify server' || seam === 'undici'))(
  'by $seam, the same requests are hurt for the same seed',
  ({ at, target, url }) => {
    const traces = Array.from({ length: 64 }, (_, i) => (i + 1).toString(16).padStart(32, '0'));
    /** How often each trace was refused in three attempts, so many traces at once. */
    const refused = async (spec: object, atOnce: number) => {
      const selector = { route: '/work', percentage: 30 };
      const { faultId } = await pair.hub.arm(
        at,
        { action: { type: 'error' }, target, selector, seed: 5, durationMs: 600_000, ...spec },
        { faultId: 'fault-of-a-replay' },
      );
      const waiting = [...traces];
      const hurt = new Map<string, number>();
      const work = async () => {
        for (let trace = waiting.shift(); trace !== undefined; trace = waiting.shift()) {
          for (let attempt = 0; attempt < 3; attempt++) {
            const headers = { traceparent: `00-${trace}-00000000000000a1-01` };
            const { status } = await fetch(url('/work'), { headers });
            if (status === 503) hurt.set(trace, (hurt.get(trace) ?? 0) + 1);
          }
        }
      };
      await Promise.all(Array.from({ length: atOnce }, work));
      await pair.hub.release(at, faultId);
      return [...hurt].sort();
    };

    test('a share of the calls, one at a time, 64 at once, and on a replay', {
      timeout: 240_000,
    }, async () => {
      const one = await refused({}, 1);
      const calls = one.reduce((sum, [, n]) => sum + n, 0);
      // Of 192 calls, three standard deviations of the binomial.
      expect(Math.abs(calls - 192 * 0.3)).toBeLessThan(19.1);
      expect(await refused({}, 64)).toEqual(one);
    });

    test('the first calls of a share of the traces', { timeout: 240_000 }, async () => {
      const shape = { type: 'fail_first', calls: 2 };
      const one = await refused({ shape }, 64);
      expect(new Set(one.map(([, n]) => n))).toEqual(new Set([2]));
      expect(await refused({ shape }, 1)).toEqual(one);
    });
  },
);

describe('a client of node:http', () => {
  const ONE = { at: 'service', target: EDGE } as const;

  test('late: it is refused, and the work is done after that', async () => {
    const before = await handled();
    const { faultId } = await pair.hub.arm(ONE.at, {
      action: { type: 'error' },
      target: EDGE,
      position: 'late',
      lateMs: 60_000,
    });
    expect(await ask(out('http')('/work'))).toMatchObject({ status: 503 });
    expect(await handled()).toBe(before);
    expect(await pair.hub.release(ONE.at, faultId)).toMatchObject({ injections: 1 });
    await vi.waitUntil(async () => (await handled()) === before + 1, soon);
  });

  test('duplicate: the work is done twice, and answered once', async () => {
    const before = await handled();
    await pair.hub.arm(ONE.at, { action: { type: 'latency', ms: 0 }, target: EDGE, position: 'duplicate' });
    whole(await ask(out('http')('/work')));
    await vi.waitUntil(async () => (await handled()) === before + 2, soon);
  });
});
