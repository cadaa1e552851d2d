import type { AddressInfo } from 'node:net';
import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ANSWERS } from '../../live/answers.ts';
import { serverSpan, startCollector, type TestCollector } from '../testing/collector.ts';
import { startDashboard, type TestDashboard, tempDir } from '../testing/dashboard.ts';
import { eventually } from '../testing/eventually.ts';
import { openTelemetry } from '../window/telemetry.ts';

const dir = tempDir();
const now = Date.now();
const traceId = 'ab'.repeat(16);
const range = `from=${now - 60_000}&to=${now + 60_000}`;
let collector: TestCollector;
let line: Line;
let dashboard: TestDashboard;

/** A wire between dashboard and collector which can hold answers back, and on which one sees who hangs up meanwhile. */
class Line {
  holds = false;
  readonly waiting = new Set<Socket>();
  hungUp = 0;
  readonly #server: Server;

  private constructor(host: string, port: number) {
    this.#server = createServer((socket) => {
      const far = dial(port, host);
      socket.on('data', (question) => {
        this.waiting.add(socket);
        far.write(question);
      });
      far.on('data', (answer) => {
        if (this.holds) return;
        this.waiting.delete(socket);
        socket.write(answer);
      });
      socket.on('close', () => {
        if (this.waiting.delete(socket)) this.hungUp++;
        far.destroy();
      });
      far.on('close', () => {
        // Only the dashboard hangs up on an answer that is held back.
        if (!this.holds) socket.destroy();
      });
      for (const end of [socket, far]) end.on('error', () => end.destroy());
    });
  }

  static async to(address: string): Promise<Line> {
    const { hostname, port } = new URL(address);
    const line = new Line(hostname, Number(port));
    await new Promise<void>((resolve) => line.#server.listen(0, '127.0.0.1', () => resolve()));
    return line;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
  }
}

beforeAll(async () => {
  collector = await startCollector(`${dir.path}/collector`);
  line = await Line.to(collector.env.CLICKHOUSE_URL);
  dashboard = await startDashboard({
    dataDir: dir.path,
    telemetry: openTelemetry(line.url, collector.env.CLICKHOUSE_PASSWORD),
  });
  const attributes = { tenant: 'acme', size: 7, 'chaos.fault.id': 'f-1', 'chaos.injected.duration': 0.2 };
  await collector.send('traces', serverSpan({ traceId, endMs: now, durationMs: 250, attributes }));
  await eventually(async () => {
    expect((await dashboard.send('GET', `/api/traces/${traceId}`)).status).toBe(200);
    // What the store adds up of a load is there a moment after its spans.
    expect((await dashboard.call('red', 'GET', `/api/red?${range}&step=10`)).series).toHaveLength(1);
  });
});
afterAll(async () => {
  await dashboard.close();
  line.close();
  await collector.stop();
  dir.remove();
});

describe('a question about what the store adds up', () => {
  test('by service over time', async () => {
    const { series } = await dashboard.call('red', 'GET', `/api/red?${range}&step=10`);
    expect(series).toMatchObject([{ service: 'gateway', total: { calls: 1, errors: 0 } }]);
    expect(series[0]?.points).toHaveLength(1);
  });
  test('as a map, and what differs', async () => {
    const base = `baseFrom=${now - 600_000}&baseTo=${now - 300_000}`;
    const { nodes } = await dashboard.call('map', 'GET', `/api/map?${range}&${base}`);
    expect(nodes).toMatchObject([
      { name: 'gateway', kind: 'service', now: { calls: 1 }, base: { calls: 0 } },
    ]);
  });
  test('by example', async () => {
    const { examples } = await dashboard.call('examples', 'GET', `/api/examples?${range}&service=gateway`);
    expect(examples).toMatchObject([{ traceId, operation: 'POST /orders', durationMs: 250 }]);
  });
  test('for completion', async () => {
    const { entries } = await dashboard.call('attributes', 'GET', `/api/attributes?${range}&key=tenant`);
    expect(entries).toEqual([{ text: 'acme', type: 'string', count: 1 }]);
  });
  test('about what a fault touched', async () => {
    const path = `/api/faults/f-1/receipts?${range}`;
    const { receipts, truncated } = await dashboard.call('receipts', 'GET', path);
    expect(receipts).toMatchObject([{ faultId: 'f-1', service: 'gateway', injectedMs: 200, traceId }]);
    expect(truncated).toBe(false);
  });
  test('about chains', async () => {
    const answer = await dashboard.call('interactions', 'GET', `/api/interactions?${range}`);
    expect(answer).toMatchObject({ longestChain: ['gateway'], longestChainTraceId: traceId, oneIn: 1 });
  });
  test('about the critical path', async () => {
    const path = await dashboard.call('tracePath', 'GET', `/api/traces/${traceId}/critical-path`);
    expect(path.services).toEqual([{ service: 'gateway', durationNs: 250e6 }]);
  });

  test.each([
    [`/api/red?from=2&to=1`],
    [`/api/map?${range}&baseFrom=1`],
    [`/api/examples?${range}`],
    [`/api/attributes?${range}&scope=log`],
    [
      `/api/traces?q=${encodeURIComponent(JSON.stringify({ from: 0, to: 1, attributes: [{ key: 'a', op: '~' }] }))}`,
    ],
    [
      `/api/traces?q=${encodeURIComponent(JSON.stringify({ from: 0, to: 1, attributes: [{ key: 'a', op: '<', value: 'x' }] }))}`,
    ],
  ])('that cannot be asked is told why: %s', async (path) => {
    expect(await dashboard.send('GET', path)).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_request', next: expect.any(String) } },
    });
  });
});

describe('a trace that is streamed', () => {
  test('begins with its count and ends with what was sent', async () => {
    const { headers, body } = await dashboard.send('GET', `/api/traces/${traceId}/spans`);
    expect(headers.get('content-type')).toMatch(/^application\/x-ndjson/);
    const lines = String(body)
      .trimEnd()
      .split('\n')
      .map((text) => ANSWERS.traceSpans.parse(JSON.parse(text)));
    expect(lines).toMatchObject([
      { type: 'trace', traceId, spanCount: 1, durationNs: 250e6 },
      { type: 'span', span: { service: 'gateway', attributes: { tenant: 'acme', size: 7 } } },
      { type: 'context', logs: [], linkedTraceIds: [], evictedSpans: 0 },
      { type: 'end', spans: 1 },
    ]);
  });
  test('which nobody knows is refused before the first line', async () => {
    expect(await dashboard.send('GET', `/api/traces/${'cd'.repeat(16)}/spans`)).toMatchObject({
      status: 404,
      body: { error: { code: 'not_found' } },
    });
  });
});

/** Under the 30 s after which the store's client gives up by itself. */
const SOON = { timeout: 15_000, interval: 25 };

test.each([
  ['red', `/api/red?${range}`],
  ['map', `/api/map?${range}`],
  ['examples', `/api/examples?${range}&service=gateway`],
  ['attributes', `/api/attributes?${range}`],
  ['interactions', `/api/interactions?${range}`],
  ['invariants', `/api/invariants?${range}`],
  ['changes', `/api/changes?${range}`],
  ['receipts', `/api/faults/f-1/receipts?${range}`],
  ['timeline', `/api/timeline?from=${now - 86_400_000}&to=${now}`],
  ['services', `/api/services?from=${now - 86_400_000}&to=${now}`],
  ['sagas', `/api/sagas?${range}`],
  ['saga', '/api/sagas/s1'],
  ['traces', `/api/traces?q=${encodeURIComponent(JSON.stringify({ from: 0, to: now }))}`],
  ['trace', `/api/traces/${traceId}`],
  ['traceSpans', `/api/traces/${traceId}/spans`],
  ['tracePath', `/api/traces/${traceId}/critical-path`],
])('%s: a client that goes away takes its question out of the store', async (_name, path) => {
  line.holds = true;
  const before = line.hungUp;
  const gone = new AbortController();
  const asked = fetch(dashboard.url + path, { signal: gone.signal }).catch(() => null);
  await vi.waitFor(() => expect(line.waiting.size).toBeGreaterThan(0), SOON);
  gone.abort();
  await asked;
  await vi.waitFor(() => expect([line.waiting.size, line.hungUp > before]).toEqual([0, true]), SOON);
  line.holds = false;
});
