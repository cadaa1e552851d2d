import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { emptyTimeline, type LiveLine, type TrafficCell } from '@stormglass/agents/contract';
import { io, type Socket } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BrowserToHub, HubToBrowser, LiveCursor, LiveFrame, LiveSnapshot } from '../../live/protocol.ts';
import { TestAgent } from '../testing/agent.ts';
import { startDashboard, type TestDashboard, tempDir } from '../testing/dashboard.ts';
import { eventually } from '../testing/eventually.ts';
import { noTelemetry } from '../window/telemetry.ts';

/** The collector's live stream, spoken by hand: what matters here is what the hub makes of it. */
class Stream {
  readonly #listeners = new Set<ServerResponse>();
  readonly #server = createServer((request, response) => {
    if (request.url !== '/live') return response.writeHead(404).end();
    response.writeHead(200).flushHeaders();
    this.#listeners.add(response);
    response.on('close', () => this.#listeners.delete(response));
  });

  get listeners(): number {
    return this.#listeners.size;
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  say(line: Partial<LiveLine>): void {
    const { faults: _, processes: __, ...empty } = emptyTimeline();
    const text = JSON.stringify({ dataAt: Date.now(), ...empty, ...line });
    for (const listener of this.#listeners) listener.write(`${text}\n`);
  }

  cut(): void {
    for (const listener of this.#listeners) listener.destroy();
  }

  close(): void {
    this.cut();
    this.#server.close();
  }
}

const SECOND = Math.floor(Date.now() / 1000);
const cell = (calls: number, operation = 'POST /orders', second = SECOND): TrafficCell => ({
  second,
  kind: 'server',
  service: 'gateway',
  peer: '',
  operation,
  calls,
  errors: 0,
  receipts: 0,
  durations: [[60, calls]],
});

/** A browser: folds what it is sent as the contract says, and remembers its cursor. */
class Browser {
  readonly snapshots: LiveSnapshot[] = [];
  readonly frames: LiveFrame[] = [];
  cursor: LiveCursor | null;
  readonly #socket: Socket<HubToBrowser, BrowserToHub>;

  constructor(url: string, cursor: LiveCursor | null = null) {
    this.cursor = cursor;
    this.#socket = io(`${url}/live`, { transports: ['websocket'], forceNew: true });
    this.#socket.on('connect', () => this.#socket.emit('resume', this.cursor));
    this.#socket.on('snapshot', (snapshot) => {
      this.snapshots.push(snapshot);
      this.cursor = snapshot.cursor;
    });
    this.#socket.on('frame', (frame) => {
      this.frames.push(frame);
      this.cursor = frame.cursor;
    });
  }

  /** Calls of an operation over everything this browser was told since its last snapshot. */
  calls(operation = 'POST /orders'): number {
    const parts = [
      this.snapshots.at(-1)?.timeline.traffic ?? [],
      ...this.frames.map((f) => f.timeline.traffic ?? []),
    ];
    return parts.flat().reduce((sum, c) => sum + (c.operation === operation ? c.calls : 0), 0);
  }

  close(): void {
    this.#socket.close();
  }
}

let dir: ReturnType<typeof tempDir>;
let stream: Stream;
let dashboard: TestDashboard;
let stored = emptyTimeline();
const browsers: Browser[] = [];

beforeEach(async () => {
  dir = tempDir();
  stored = emptyTimeline();
  stream = new Stream();
  dashboard = await startDashboard({
    dataDir: dir.path,
    env: { CLICKHOUSE_URL: await stream.open() },
    telemetry: { ...noTelemetry(), timeline: async () => stored },
  });
  await eventually(() => expect(stream.listeners).toBe(1));
});
afterEach(async () => {
  for (const browser of browsers.splice(0)) browser.close();
  await dashboard.close();
  stream.close();
  dir.remove();
});

async function browse(cursor: LiveCursor | null = null): Promise<Browser> {
  const browser = new Browser(dashboard.url, cursor);
  browsers.push(browser);
  await eventually(() => expect(browser.snapshots.length + browser.frames.length).toBeGreaterThan(0));
  return browser;
}

/** Waits until the hub has filled in all history: each fill that brings something resets browsers. */
async function fillsAreOver(): Promise<void> {
  await eventually(async () => {
    const { body } = await dashboard.send('GET', '/metrics');
    expect(String(body)).toMatch(/^stormglass_web_history_fills_total [1-9]/m);
    expect(String(body)).toMatch(/^stormglass_web_history_gaps 0$/m);
  });
}

describe('a browser', () => {
  test('gets a snapshot, then increments that add up to what the collector said', async () => {
    stream.say({ traffic: [cell(5)] });
    const browser = await browse();
    stream.say({ traffic: [cell(2)] });
    stream.say({ traffic: [cell(3)] });
    await eventually(() => expect(browser.calls()).toBe(10));
  });

  test('that comes back gets exactly the frames it missed, no snapshot', async () => {
    const stays = await browse();
    await fillsAreOver();
    const leaves = await browse();
    stream.say({ traffic: [cell(1)] });
    await eventually(() => expect(leaves.calls()).toBe(1));
    const { cursor } = leaves;
    leaves.close();
    for (let i = 1; i <= 3; i++) {
      const before = stays.frames.length;
      stream.say({ traffic: [cell(10 ** i)] });
      await eventually(() => expect(stays.frames.length).toBeGreaterThan(before));
    }
    const back = await browse(cursor);
    await eventually(() => expect(back.calls()).toBe(1110));
    expect(back.snapshots).toEqual([]);
    const seqs = back.frames.map((frame) => frame.cursor.seq);
    expect(seqs).toEqual(seqs.map((_, i) => (cursor?.seq ?? 0) + 1 + i));
  });

  test('with the cursor of another life gets a fresh snapshot marked as reset', async () => {
    const browser = await browse({ epoch: 'another life', seq: 3 });
    expect(browser.snapshots[0]?.reset).toBe(true);
    const fresh = await browse();
    expect(fresh.snapshots[0]?.reset).toBe(false);
  });

  test('sees agents, faults and the halt switch without asking', async () => {
    const browser = await browse();
    const agent = await new TestAgent(dashboard.url).connected();
    const spec = { action: { type: 'latency' }, target: { kind: 'service', service: 'payments' } };
    await dashboard.call('armFault', 'POST', '/api/faults', { spec });
    await dashboard.call('halt', 'POST', '/api/halt', { reason: 'enough' });
    const told = () => ({
      agents: [...browser.snapshots.map((s) => s.state), ...browser.frames.map((f) => f.state)].some(
        (state) => state.agents?.[0]?.service === 'payments',
      ),
      ended: [...browser.snapshots, ...browser.frames].some(
        (m) => m.timeline.faults?.[0]?.endReason === 'halted',
      ),
      halted: [...browser.snapshots, ...browser.frames].some((m) => m.state.halt?.halted),
    });
    await eventually(() => expect(told()).toEqual({ agents: true, ended: true, halted: true }));
    agent.close();
  });
});

describe('a browser that watches what is planned', () => {
  const newest = <K extends 'events' | 'gameday'>(browser: Browser, field: K) =>
    [...browser.snapshots, ...browser.frames].findLast(({ state }) => state[field] !== undefined)?.state[
      field
    ];

  test('sees each event of the feed, newest first, and those of before in its snapshot', async () => {
    const browser = await browse();
    await dashboard.call('halt', 'POST', '/api/halt', { reason: 'drill' });
    await dashboard.call('unhalt', 'DELETE', '/api/halt');
    const types = ['halt.released', 'halt.set'];
    await eventually(() => expect(newest(browser, 'events')?.map(({ type }) => type)).toEqual(types));
    const { snapshots } = await browse();
    expect(snapshots[0]?.state.events.map(({ type }) => type)).toEqual(types);
  });

  test('sees where the game day is, and its notes', async () => {
    const browser = await browse();
    expect(newest(browser, 'gameday')).toBeNull();
    const plan = { title: 'Friday drill', steps: [{ type: 'ask', says: 'Ready?' }] };
    const { id } = await dashboard.call('startGameday', 'POST', '/api/gamedays', plan);
    await eventually(() =>
      expect(newest(browser, 'gameday')).toMatchObject({ id, done: [{ endedAt: null }] }),
    );
    await dashboard.call('noteGameday', 'POST', `/api/gamedays/${id}/notes`, { text: 'all look' });
    await eventually(() =>
      expect(newest(browser, 'gameday')).toMatchObject({ notes: [{ text: 'all look' }] }),
    );
    await dashboard.call('continueGameday', 'POST', `/api/gamedays/${id}/continue`, {});
    await eventually(() => expect(newest(browser, 'gameday')).toBeNull());
  });
});

describe('history', () => {
  test('of the last minutes is there after a restart of the dashboard', async () => {
    stored = { ...emptyTimeline(), traffic: [cell(40, 'GET /catalog', SECOND - 60)] };
    const browser = await browse();
    await eventually(() => expect(browser.calls('GET /catalog')).toBe(40));
  });

  test('fills the gap when the stream breaks, and counts nothing twice', async () => {
    stream.say({ traffic: [cell(4)] });
    const browser = await browse();
    await eventually(() => expect(browser.calls()).toBe(4));
    stored = { ...emptyTimeline(), traffic: [cell(4), cell(6, 'GET /missed')] };
    stream.cut();
    await eventually(() => expect(browser.snapshots.at(-1)?.timeline.traffic).toHaveLength(2));
    await fillsAreOver();
    browser.frames.length = 0;
    expect([browser.calls(), browser.calls('GET /missed')]).toEqual([4, 6]);
  });

  test('names the first effect of a fault by its first receipt', async () => {
    const agent = await new TestAgent(dashboard.url).connected();
    const spec = { action: { type: 'latency' }, target: { kind: 'service', service: 'payments' } };
    const { fault } = await dashboard.call('armFault', 'POST', '/api/faults', { spec });
    const at = Date.now() - 10;
    const faultId = fault?.faultId ?? '';
    const receipt = {
      at,
      faultId,
      runId: '',
      faultType: 'latency',
      service: 'payments',
      operation: 'POST /charges',
      traceId: 'a'.repeat(32),
      spanId: 'b'.repeat(16),
      injectedMs: 1000,
    };
    stream.say({ receipts: [receipt] });
    await eventually(async () => {
      const { faults } = await dashboard.call('faults', 'GET', '/api/faults');
      expect(faults[0]?.firstEffectAt).toBe(at);
    });
    agent.close();
  });
});
