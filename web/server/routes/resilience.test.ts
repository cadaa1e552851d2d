import { CONTROL, type ControlCall, type ResilienceState } from '@stormglass/agents/contract';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { TestAgent } from '../testing/agent.ts';
import { startDashboard, type TestDashboard, tempDir } from '../testing/dashboard.ts';

const descriptor = (name: string) => ({ name, title: name, input: {} });
const inbox = { name: 'inbox', about: 'a message delivered twice is handled once', on: true, until: null };
const settings: ResilienceState['peers'][number]['settings'] = {
  timeoutMs: 3_000,
  spacingMs: 0,
  maxConnections: 64,
  errorThresholdPercentage: 50,
  volumeThreshold: 10,
  rollingWindowMs: 10_000,
  resetTimeoutMs: 30_000,
  retries: 3,
  retryBaseMs: 50,
  retryCapMs: 1_000,
  retryTimeLimits: 2,
  fallbackMaxAgeMs: 60_000,
  fallbackKept: 500,
  bulkheadSlots: 10,
  bulkheadLine: 40,
  outlierErrors: 3,
  outlierEjectionMs: 30_000,
  outlierMaxPercent: 50,
};
const state: ResilienceState = { peers: [{ name: 'carrier', settings }], databases: [], rateLimits: [] };

const dir = tempDir();
let dashboard: TestDashboard;
let agents: TestAgent[];
let heard: ControlCall[];
beforeAll(async () => {
  dashboard = await startDashboard({ dataDir: dir.path });
  agents = [];
  for (const instance of ['shipping-1', 'shipping-2']) {
    const agent = new TestAgent(dashboard.url, {
      agentId: instance,
      service: 'shipping',
      instance,
      protections: [inbox],
      controls: ['switch.set', 'resilience.get', 'resilience.set'].map(descriptor),
    });
    agent.answerControl = (call) => {
      heard.push(call);
      const unknown = CONTROL['switch.set'].input.safeParse(call.input).data?.name === 'outbox';
      if (unknown)
        return { ok: false, code: 'not_found', message: 'no outbox', next: 'Choose one of inbox.' };
      return { ok: true, result: call.name === 'switch.set' ? { ...inbox, on: false } : state };
    };
    agents.push(await agent.connected());
  }
});
afterEach(async () => {
  await dashboard.call('unhalt', 'DELETE', '/api/halt');
});
afterAll(async () => {
  for (const agent of agents) agent.close();
  await dashboard.close();
  dir.remove();
});
const audited = async () => (await dashboard.call('audit', 'GET', '/api/audit')).entries.map((e) => e.what);
const take = (body: unknown, service = 'shipping') =>
  dashboard.send('POST', `/api/services/${service}/protections/inbox`, { body });

describe('protections', () => {
  test('are listed by instance, as the agents say they are', async () => {
    const { protections } = await dashboard.call('protections', 'GET', '/api/protections');
    expect(protections).toEqual([
      { service: 'shipping', instance: 'shipping-1', ...inbox },
      { service: 'shipping', instance: 'shipping-2', ...inbox },
    ]);
  });

  test('are taken away on all instances of a service, which is written down', async () => {
    heard = [];
    const { status, body } = await take({ on: false, forMs: 5_000 });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      answers: [{ instance: 'shipping-1', on: false }, { instance: 'shipping-2' }],
    });
    expect(heard.map((call) => call.input)).toEqual([
      { name: 'inbox', on: false, forMs: 5_000 },
      { name: 'inbox', on: false, forMs: 5_000 },
    ]);
    expect(await audited()).toContain('switch.set');
  });

  test('cannot be taken away while chaos is halted, only put back', async () => {
    await dashboard.call('halt', 'POST', '/api/halt', { reason: 'test' });
    heard = [];
    expect(await take({ on: false })).toMatchObject({ status: 423 });
    const direct = await dashboard.send('POST', '/api/controls/shipping/switch.set', {
      body: { input: { name: 'inbox', on: false } },
    });
    expect(direct).toMatchObject({ status: 423 });
    expect(heard).toEqual([]);
    expect(await take({ on: true })).toMatchObject({ status: 200 });
  });

  test('of a service that is not there are an error which says so', async () => {
    expect(await take({ on: true }, 'nobody')).toMatchObject({
      status: 404,
      body: { error: { code: 'not_found', next: 'Known services: shipping.' } },
    });
    expect(await take({ on: 'maybe' })).toMatchObject({ status: 400 });
  });
});

test('a protection which a service does not have is 404, with the names of those it has', async () => {
  const path = '/api/services/shipping/protections/outbox';
  expect(await dashboard.send('POST', path, { body: { on: true } })).toMatchObject({
    status: 404,
    body: { error: { code: 'not_found', next: 'Choose one of inbox.' } },
  });
});

describe('settings', () => {
  const path = '/api/services/shipping/resilience';

  test('are told by instance; reading them is not written down', async () => {
    const before = (await audited()).length;
    const { instances } = await dashboard.call('resilience', 'GET', path);
    expect(instances).toEqual([
      { instance: 'shipping-1', ...state },
      { instance: 'shipping-2', ...state },
    ]);
    expect(await audited()).toHaveLength(before);
  });

  test('are changed on all instances', async () => {
    heard = [];
    const change = { kind: 'peer', name: 'carrier', settings: { timeoutMs: 500 } };
    await dashboard.call('setResilience', 'POST', path, change);
    expect(heard.map((call) => call.input)).toEqual([change, change]);
  });

  test('that make no sense are refused with the field, and reach no service', async () => {
    heard = [];
    const change = { kind: 'peer', name: 'carrier', settings: { timeoutMs: 0 } };
    const reply = await dashboard.send('POST', path, { body: change });
    expect(reply).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining('timeoutMs') } },
    });
    expect(heard).toEqual([]);
  });
});
