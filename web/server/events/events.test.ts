import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { ExperimentSpec } from '@stormglass/chaos/contract';
import type { RunExperiment } from '@stormglass/chaos/engine';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openState } from '../state/index.ts';
import { TestAgent } from '../testing/agent.ts';
import { stormglass } from '../testing/command-line.ts';
import { startDashboard, type TestDashboard, tempDir } from '../testing/dashboard.ts';
import { eventually } from '../testing/eventually.ts';
import { JumpingTime } from '../testing/jumping-time.ts';
import { EventFeed } from './feed.ts';
import { MOST_WAITING, RETRY_MS, Webhooks } from './webhooks.ts';

const sli = { service: 'gateway', metric: 'good_rate' };
const SPEC = ExperimentSpec.parse({
  title: 'Payments are slow',
  description: 'Latency on payments',
  sli,
  'steady-state-hypothesis': {
    title: 'Orders work',
    probes: [{ type: 'probe', name: 'good', provider: { type: 'sli', query: sli } }],
  },
  method: [],
});
const FAULT = {
  action: { type: 'latency' },
  target: { kind: 'service', service: 'payments' },
  durationMs: 60_000,
};

/** Trips a guard and ends. */
const tripped: RunExperiment = async function* ({ clock }) {
  yield { type: 'phase', at: clock.now(), phase: 'method' };
  yield { type: 'guard', at: clock.now(), name: 'errors', value: 0.2, tripped: false };
  yield { type: 'guard', at: clock.now(), name: 'errors', value: 0.9, tripped: true };
  yield { type: 'ended', at: clock.now(), verdict: 'aborted', why: 'guard' };
};

/** A receiver of webhooks that answers as it is told and keeps what it got. */
class Receiver {
  readonly got: { headers: IncomingHttpHeaders; body: string }[] = [];
  status = 200;
  readonly #server: Server = createServer(async (request, response) => {
    this.got.push({ headers: request.headers, body: await text(request) });
    response.writeHead(this.status, { location: 'http://127.0.0.1:1/elsewhere' }).end('as told');
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get types(): (string | undefined)[] {
    return this.got.map(({ headers }) => headers['x-stormglass-event']?.toString());
  }
}

let dir: ReturnType<typeof tempDir>;
let time: JumpingTime;
let dashboard: TestDashboard;
let agent: TestAgent;
let receiver: Receiver;
let url: string;

const open = () =>
  startDashboard({
    dataDir: dir.path,
    time,
    runExperiment: tripped,
    loadExperiments: async () => ({
      experiments: [{ id: 'slow', path: 'slow.yaml', spec: SPEC }],
      refused: [],
    }),
  });

beforeEach(async () => {
  dir = tempDir();
  time = new JumpingTime();
  dashboard = await open();
  agent = await new TestAgent(dashboard.url).connected();
  receiver = new Receiver();
  url = await receiver.listen();
});
afterEach(async () => {
  agent.close();
  await dashboard.close();
  await receiver.close();
  dir.remove();
});

const events = async (after = 0) => dashboard.call('events', 'GET', `/api/events?after=${after}`);
const types = async (after = 0) => (await events(after)).events.map(({ type }) => type);
const hook = (over: object = {}) => dashboard.call('addWebhook', 'POST', '/api/webhooks', { url, ...over });
const log = async (id: string) =>
  (await dashboard.call('deliveries', 'GET', `/api/webhooks/${id}/deliveries`)).deliveries;
const halt = () => dashboard.call('halt', 'POST', '/api/halt', { reason: 'drill' });
const unhalt = () => dashboard.call('unhalt', 'DELETE', '/api/halt');

describe('the feed of events', () => {
  test('tells of runs, guards, faults and halts once each, from a cursor on, and after a restart', async () => {
    await dashboard.call('startRun', 'POST', '/api/runs', { experimentId: 'slow' });
    await eventually(async () =>
      expect(await types()).toEqual(['run.started', 'guard.tripped', 'run.ended']),
    );
    const { cursor } = await events();
    const { fault } = await dashboard.call('armFault', 'POST', '/api/faults', { spec: FAULT });
    const id = fault?.faultId ?? '';
    agent.socket.emit('injections', { faultId: id, service: 'payments', count: 7, firstAt: 1, lastAt: 2 });
    await dashboard.call('releaseFault', 'DELETE', `/api/faults/${id}`);
    await halt();
    await unhalt();
    const after = await events(cursor);
    expect(after.events.map(({ type, subject }) => [type, subject])).toEqual([
      ['fault.armed', id],
      ['fault.ended', id],
      ['halt.set', 'all'],
      ['halt.released', 'all'],
    ]);
    expect(after.events[1]?.data).toMatchObject({ reverted: true, readBack: 'seam empty' });
    await dashboard.close();
    dashboard = await open();
    expect(await types(cursor)).toEqual(after.events.map(({ type }) => type));
    expect((await events(after.cursor)).cursor).toBe(after.cursor);
  });

  test('says apart that a fault was not reverted', async () => {
    const { fault } = await dashboard.call('armFault', 'POST', '/api/faults', { spec: FAULT });
    const end = agent.end(fault?.faultId ?? '', 'failed');
    agent.socket.emit('lease.ended', { ...end, reverted: false, readBack: 'the seam still holds it' });
    await eventually(async () =>
      expect(await types()).toEqual(['fault.armed', 'fault.ended', 'fault.revert_failed']),
    );
  });

  test('is read on the command line', async () => {
    await halt();
    expect((await stormglass(dashboard.url, 'events')).out).toMatch(
      /halt\.set +all chaos was stopped: drill\n/,
    );
  });
});

describe('a webhook', () => {
  test('gets what it wants, signed so that the receiver can check who says it and when', async () => {
    const { id, secret } = await hook({ types: ['halt.released'] });
    await halt();
    await unhalt();
    await eventually(() => expect(receiver.types).toEqual(['halt.released']));
    const [{ headers, body }] = receiver.got as [(typeof receiver.got)[number]];
    const [, seconds, given] =
      /^t=(\d+),v1=([0-9a-f]{64})$/.exec(`${headers['x-stormglass-signature']}`) ?? [];
    expect(createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')).toBe(given);
    expect(JSON.parse(body)).toMatchObject({ type: 'halt.released', says: 'chaos is allowed again' });
    await eventually(async () =>
      expect(await log(id)).toEqual([
        expect.objectContaining({ outcome: 'delivered', status: 200, attempt: 1, answer: 'as told' }),
      ]),
    );
  });

  test('is tried again with growing pauses, in order, until the receiver takes it', async () => {
    receiver.status = 500;
    const { id } = await hook();
    await halt();
    await eventually(async () =>
      expect((await log(id))[0]).toMatchObject({ outcome: 'will_retry', status: 500 }),
    );
    await unhalt();
    time.jumpTo(time.now() + (RETRY_MS[0] ?? 0));
    await eventually(async () => expect((await log(id)).length).toBeGreaterThanOrEqual(2));
    receiver.status = 204;
    time.jumpTo(time.now() + (RETRY_MS[1] ?? 0));
    await eventually(() => expect(receiver.types.at(-1)).toBe('halt.released'));
    expect(receiver.types.slice(0, -1).every((type) => type === 'halt.set')).toBe(true);
    expect(receiver.types.length).toBeGreaterThanOrEqual(4);
  });

  test('gives an event up after the last attempt and goes on with the next', async () => {
    receiver.status = 503;
    const { id } = await hook();
    await halt();
    for (const [index, pause] of RETRY_MS.entries()) {
      await eventually(async () => expect((await log(id)).length).toBeGreaterThan(index));
      time.jumpTo(time.now() + pause);
    }
    await eventually(async () =>
      expect((await log(id))[0]).toMatchObject({ outcome: 'given_up', attempt: 6 }),
    );
    receiver.status = 200;
    await unhalt();
    await eventually(() => expect(receiver.types.at(-1)).toBe('halt.released'));
  });

  test('goes on after a restart with what was not delivered', async () => {
    receiver.status = 500;
    const { id } = await hook();
    await halt();
    await eventually(async () => expect((await log(id)).length).toBeGreaterThan(0));
    await dashboard.close();
    receiver.status = 200;
    dashboard = await open();
    await eventually(async () =>
      expect((await log(id))[0]).toMatchObject({ outcome: 'delivered', type: 'halt.set' }),
    );
  });

  test('whose receiver is away loses none of its few events to the many that it does not want', async () => {
    const own = tempDir();
    const state = openState(own.path, () => time.now());
    const feed = new EventFeed(state, time);
    const webhooks = new Webhooks({ state, time, feed });
    receiver.status = 500;
    const few = webhooks.add({ url, types: ['halt.set'] }, 'ada').id;
    const all = webhooks.add({ url, types: [] }, 'ada').id;
    const stands = (id: string) => webhooks.list().find((one) => one.id === id);
    feed.add('halt.set', 'all', 'the first');
    await eventually(() => expect(webhooks.deliveries(few)).toHaveLength(1));
    await eventually(() => expect(webhooks.deliveries(all)).toHaveLength(1));
    feed.add('halt.set', 'all', 'the second');
    for (let i = 0; i < MOST_WAITING; i++) feed.add('breaker.opened', 'orders', 'one of many');
    receiver.status = 200;
    time.jumpTo(time.now() + (RETRY_MS[0] ?? 0));
    const said = () => receiver.got.map(({ body }) => JSON.parse(body).says);
    await eventually(() => expect(stands(few)?.cursor).toBe(state.events.newest()));
    expect(said()).toEqual(expect.arrayContaining(['the first', 'the second']));
    await eventually(() => expect([stands(few)?.dropped, stands(all)?.dropped]).toEqual([0, 1]));
    webhooks.close();
    state.close();
    own.remove();
  });

  test('follows no redirect, and the test says what was answered', async () => {
    receiver.status = 302;
    const { id } = await hook();
    const tried = await dashboard.call('testWebhook', 'POST', `/api/webhooks/${id}/test`, {});
    expect(tried).toMatchObject({ outcome: 'given_up', status: 302, answer: 'as told' });
    expect(receiver.got).toHaveLength(1);
    const { entries } = await dashboard.call('audit', 'GET', '/api/audit');
    expect(entries.find(({ what }) => what === 'webhook.test')).toMatchObject({
      ...{ who: 'person', subject: id, outcome: `${url}: 302` },
    });
  });

  test('shows its secret once and never again', async () => {
    const { id, secret } = await hook();
    const shown = [
      await dashboard.send('GET', '/api/webhooks'),
      await dashboard.send('GET', `/api/webhooks/${id}/deliveries`),
      await dashboard.send('GET', '/api/audit'),
      await dashboard.send('DELETE', `/api/webhooks/${id}`),
    ];
    for (const { status, body } of shown) {
      expect(status).toBe(200);
      expect(JSON.stringify(body)).not.toContain(secret);
    }
  });

  test.each([
    'ftp://example.com/',
    'file:///etc/passwd',
    'http://user:secret@example.com/',
    'http://:secret@example.com/',
  ])('to %s is refused', async (bad) => {
    expect((await dashboard.send('POST', '/api/webhooks', { body: { url: bad } })).status).toBe(400);
  });

  test.each([
    ...['http://169.254.169.254/latest/', 'http://[fe80::1]/', 'http://[::ffff:169.254.169.254]/'],
    ...['http://100.100.100.200/latest/', 'http://168.63.129.16/machine', 'http://[fd00:ec2::254]/latest/'],
    ...['http://[fd20:ce::254]/', 'http://[::ffff:100.100.100.200]/', 'http://[::ffff:a83f:8110]/'],
  ])('to %s, where a cloud hands out credentials, is not called', async (bad) => {
    const { id } = await hook({ url: bad });
    const tried = await dashboard.call('testWebhook', 'POST', `/api/webhooks/${id}/test`, {});
    expect(tried).toMatchObject({ status: null, answer: expect.stringContaining('is not called') });
  });

  test('is worked from the command line', async () => {
    const added = await stormglass(dashboard.url, 'webhooks', 'add', url, '--type', 'run.ended', '--json');
    const { id } = JSON.parse(added.out);
    expect((await stormglass(dashboard.url, 'webhooks', 'test', id)).code).toBe(0);
    expect((await stormglass(dashboard.url, 'webhooks', 'deliveries', id)).out).toContain('delivered');
    expect((await stormglass(dashboard.url, 'webhooks', 'list')).out).toContain('run.ended');
    expect((await stormglass(dashboard.url, 'webhooks', 'delete', id)).code).toBe(0);
  });
});
