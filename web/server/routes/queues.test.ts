import { CONTROL, type ControlAnswer, type ControlCall } from '@stormglass/agents/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { TestAgent } from '../testing/agent.ts';
import { startDashboard, type TestDashboard, tempDir } from '../testing/dashboard.ts';

const descriptor = (name: string) => ({ name, title: name, input: {} });
const QUEUE = 'shipping.events';

interface Heard extends ControlCall {
  at: string;
}

const dir = tempDir();
let dashboard: TestDashboard;
let agents: TestAgent[];
let heard: Heard[];
/** Instances that refuse to be scaled. */
let refusing: Set<string>;

async function agent(instance: string, names: string[], answer: (call: ControlCall) => ControlAnswer) {
  const service = instance.replace(/-[12]$/, '');
  const controls = names.map(descriptor);
  const made = new TestAgent(dashboard.url, { agentId: instance, service, instance, controls });
  made.answerControl = (call) => {
    heard.push({ ...call, at: instance });
    return answer(call);
  };
  agents.push(await made.connected());
}

/** A process that consumes a queue, and knows how many hands it has for it. */
async function consumer(instance: string, queue: string): Promise<void> {
  let concurrency = 5;
  await agent(instance, ['queue.scale', 'queue.consumed'], ({ name, input }) => {
    if (name === 'queue.consumed') return { ok: true, result: { queues: [{ queue, concurrency }] } };
    if (refusing.has(instance)) return { ok: false, message: 'the broker is away', next: 'Wait.' };
    const asked = CONTROL['queue.scale'].input.parse(input);
    concurrency = asked.concurrency;
    return { ok: true, result: asked };
  });
}

/** What a queue agent says that watches one queue. */
function watch(queue: string, { name, input }: ControlCall): ControlAnswer {
  const asked = CONTROL['queue.dead'].input.parse(input).queue;
  if (asked !== queue) {
    const next = `Choose one of ${queue}.`;
    return { ok: false, code: 'not_found', message: `this agent does not watch a queue ${asked}`, next };
  }
  const result = name === 'queue.dead' ? { queue, total: 0, letters: [] } : { queue, redriven: 1 };
  return { ok: true, result };
}

beforeAll(async () => {
  dashboard = await startDashboard({ dataDir: dir.path });
  [agents, heard, refusing] = [[], [], new Set()];
  const watching = (queue: string) => (call: ControlCall) => watch(queue, call);
  await agent('queue-agent', ['queue.redrive', 'queue.dead'], watching(QUEUE));
  await agent('watcher-2', ['queue.redrive', 'queue.dead'], watching('mails'));
  for (const instance of ['shipping-1', 'shipping-2']) await consumer(instance, QUEUE);
  await consumer('orders', 'orders.events');
});
beforeEach(() => {
  heard.length = 0;
  refusing.clear();
});
afterAll(async () => {
  for (const one of agents) one.close();
  await dashboard.close();
  dir.remove();
});
const post = (action: string, body: unknown, queue = QUEUE) =>
  dashboard.send('POST', `/api/queues/${queue}/${action}`, { body });
const invalid = { status: 400, body: { error: { code: 'invalid_request' } } };

describe('dead letters', () => {
  test('are redriven by their ids, all of them, or so many, as asked', async () => {
    for (const wanted of [{ ids: ['a', 'b'] }, { limit: 2 }, {}]) {
      expect(await post('redrive', wanted)).toMatchObject({ status: 200, body: { result: { redriven: 1 } } });
      expect(heard.at(-1)?.input).toEqual({ ...wanted, queue: QUEUE });
    }
  });

  test('are not redriven by ids that cannot be ones', async () => {
    const wrong = [[], [''], ['x'.repeat(201)], new Array(1_001).fill('x'), 'a', [1]];
    for (const ids of wrong) expect(await post('redrive', { ids })).toMatchObject(invalid);
    expect(heard).toEqual([]);
  });

  test('are listed a page at a time, and looking is not written down', async () => {
    const path = `/api/queues/${QUEUE}/dead`;
    await dashboard.call('deadLetters', 'GET', path);
    await dashboard.call('deadLetters', 'GET', `${path}?limit=20&offset=40`);
    expect(heard.map((call) => call.input)).toEqual([
      { queue: QUEUE, limit: 100, offset: 0 },
      { queue: QUEUE, limit: 20, offset: 40 },
    ]);
    const { entries } = await dashboard.call('audit', 'GET', '/api/audit');
    expect(entries.map(({ what }) => what)).not.toContain('queue.dead');
    for (const query of ['limit=0', 'limit=1001', 'limit=x', 'offset=-1', 'offset=1.5']) {
      expect(await dashboard.send('GET', `${path}?${query}`)).toMatchObject(invalid);
    }
  });
});

describe('the consumers of a queue', () => {
  const shipping = (concurrency: number) =>
    ['shipping-1', 'shipping-2'].map((instance) => ({ service: 'shipping', instance, concurrency }));

  test('are scaled on every instance, nobody else is, and it is written down', async () => {
    const scaled = await dashboard.call('scaleQueue', 'POST', `/api/queues/${QUEUE}/scale`, {
      concurrency: 12,
    });
    expect(scaled).toEqual({ queue: QUEUE, consumers: shipping(12), missed: [] });
    const asked = heard.filter((call) => call.name === 'queue.scale');
    expect(asked.map(({ at }) => at).sort()).toEqual(['shipping-1', 'shipping-2']);
    const { entries } = await dashboard.call('audit', 'GET', '/api/audit');
    const written = entries.map(({ what, subject, outcome }) => `${what} ${subject}: ${outcome}`);
    expect(written).toContain('queue.scale shipping (shipping-1): done');
    expect(written).toContain('queue.scale shipping (shipping-2): done');
    expect(entries.map(({ what }) => what)).not.toContain('queue.consumed');
    const now = await dashboard.call('queueConsumers', 'GET', `/api/queues/${QUEUE}/consumers`);
    expect(now).toEqual({ queue: QUEUE, consumers: shipping(12) });
  });

  test('that refuse are named beside those that were scaled', async () => {
    refusing.add('shipping-2');
    const { body } = await post('scale', { concurrency: 0 });
    expect(body).toMatchObject({
      consumers: [{ instance: 'shipping-1', concurrency: 0 }],
      missed: [{ instance: 'shipping-2', message: expect.stringContaining('the broker is away') }],
    });
    refusing.add('shipping-1');
    expect(await post('scale', { concurrency: 3 })).toMatchObject({
      status: 502,
      body: { error: { code: 'control_failed' } },
    });
  });

  test('cannot be fewer than none', async () => {
    for (const concurrency of [-1, 1.5, 1_001, undefined]) {
      expect(await post('scale', { concurrency })).toMatchObject(invalid);
    }
  });
});

describe('a queue', () => {
  test('is found with whichever agent watches it', async () => {
    expect(await post('redrive', {}, 'mails')).toMatchObject({ status: 200, body: { queue: 'mails' } });
  });

  test('of which nobody knows is 404, with the names of those that are there', async () => {
    const scaled = await post('scale', { concurrency: 3 }, 'nowhere');
    const consumers = await dashboard.send('GET', '/api/queues/nowhere/consumers');
    for (const refused of [scaled, consumers]) {
      expect(refused).toMatchObject({
        status: 404,
        body: { error: { code: 'not_found', next: `Known queues: orders.events, ${QUEUE}.` } },
      });
    }
    expect(await post('redrive', {}, 'nowhere')).toMatchObject({
      status: 404,
      body: { error: { code: 'not_found', next: expect.stringMatching(/^Choose one of /) } },
    });
  });
});
