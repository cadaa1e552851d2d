import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { API, type ApiName } from '../../live/api.ts';
import { TestAgent } from '../testing/agent.ts';
import { startDashboard, type TestDashboard, tempDir } from '../testing/dashboard.ts';
import { MAX_BODY_BYTES } from './body.ts';

const dir = tempDir();
let dashboard: TestDashboard;
let agent: TestAgent;

beforeAll(async () => {
  dashboard = await startDashboard({ dataDir: dir.path });
  agent = await new TestAgent(dashboard.url).connected();
});
afterAll(async () => {
  agent.close();
  await dashboard.close();
  dir.remove();
});

interface Document {
  openapi: string;
  paths: Record<string, Record<string, { operationId: string; responses: Record<string, unknown> }>>;
}

describe('the OpenAPI document', () => {
  test('has every row of the API table, and nothing else', async () => {
    const { body } = await dashboard.send('GET', '/api/openapi.json');
    const document = body as Document;
    expect(document.openapi).toBe('3.1.0');
    const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, row]) => `${row.operationId} ${method.toUpperCase()} ${path}`),
    );
    const rows = (Object.keys(API) as ApiName[]).map(
      (name) => `${name} ${API[name].method} ${API[name].path.replace(/:(\w+)/g, '{$1}')}`,
    );
    expect(documented.sort()).toEqual(rows.sort());
  });

  test('stands alone: no reference points out of it', async () => {
    const { body } = await dashboard.send('GET', '/api/openapi.json');
    const refs = [...JSON.stringify(body).matchAll(/"\$ref":"([^"]+)"/g)].map((found) => found[1]);
    expect(new Set(refs)).toEqual(new Set(['#/components/schemas/Error']));
  });

  test('has a handler behind each row', async () => {
    for (const name of Object.keys(API) as ApiName[]) {
      const { method, path } = API[name];
      const real = path.replace(':action', 'redrive').replace(/:\w+/g, 'nobody');
      const reply = await dashboard.send(method, real, method === 'GET' ? {} : { body: {} });
      const { error } = reply.body as { error?: { message: string } };
      expect([name, error?.message ?? '']).not.toEqual([name, expect.stringMatching(/there is no \/api/)]);
      expect([name, reply.status]).not.toEqual([name, 500]);
    }
    await dashboard.call('unhalt', 'DELETE', '/api/halt');
  });
});

describe('answers', () => {
  const now = Date.now();
  const reads: [ApiName, string][] = [
    ['health', '/api/health'],
    ['timeline', `/api/timeline?from=${now - 60_000}&to=${now}`],
    ['timeline', `/api/timeline?from=${now - 86_400_000}&to=${now}`],
    ['services', `/api/services?from=${now - 60_000}&to=${now}`],
    ['breakers', '/api/breakers'],
    ['queues', '/api/queues'],
    ['faults', '/api/faults'],
    ['haltState', '/api/halt'],
    ['experiments', '/api/experiments'],
    ['runs', '/api/runs'],
    ['agents', '/api/agents'],
    ['audit', '/api/audit'],
  ];
  test.each(reads)('%s is what the table says: %s', async (name, path) => {
    await dashboard.call(name, 'GET', path);
  });

  test('a long range is answered in steps that keep it small', async () => {
    const { stepSeconds } = await dashboard.call(
      'timeline',
      'GET',
      `/api/timeline?from=${now - 86_400_000}&to=${now}`,
    );
    expect(stepSeconds).toBe(120);
  });
});

describe('mistakes of the caller', () => {
  const mistakes: [string, string, string, unknown, number, string][] = [
    ['an unknown path', 'GET', '/api/nothing', undefined, 404, 'not_found'],
    ['a wrong method', 'PUT', '/api/faults', {}, 405, 'method_not_allowed'],
    ['a missing field', 'POST', '/api/halt', {}, 400, 'invalid_request'],
    ['a number that is none', 'GET', '/api/timeline?from=x&to=1', undefined, 400, 'invalid_request'],
    ['broken JSON', 'POST', '/api/halt', '{', 400, 'invalid_request'],
    ['a body over 1 MiB', 'POST', '/api/halt', ' '.repeat(MAX_BODY_BYTES + 1), 413, 'payload_too_large'],
    ['a trace id that is none', 'GET', '/api/traces/xyz', undefined, 400, 'invalid_request'],
    ['a purge without confirmation', 'POST', '/api/queues/q/purge', {}, 400, 'invalid_request'],
    ['an unknown queue action', 'POST', '/api/queues/q/explode', {}, 404, 'not_found'],
    ['an unknown fault', 'DELETE', '/api/faults/none', undefined, 404, 'not_found'],
    [
      'a store that is not there',
      'GET',
      `/api/traces/${'a'.repeat(32)}`,
      undefined,
      503,
      'store_unavailable',
    ],
    ['a control nobody offers', 'POST', '/api/sagas', {}, 503, 'target_absent'],
  ];
  test.each(mistakes)('%s is told by its code: %s %s', async (_name, method, path, body, status, code) => {
    const reply = await dashboard.send(method, path, { body });
    expect({ status: reply.status, body: reply.body }).toEqual({
      status,
      body: { error: { code, message: expect.any(String), next: expect.any(String) } },
    });
  });

  test('a form of another page is not read as JSON', async () => {
    const headers = { 'content-type': 'text/plain' };
    const reply = await dashboard.send('POST', '/api/halt', { body: '{"reason":"x"}', headers });
    expect(reply.status).toBe(415);
  });
});

describe('controls', () => {
  test('reach the agent that offers them and are written down', async () => {
    const orders = await new TestAgent(dashboard.url, {
      service: 'orders',
      controls: [{ name: 'saga.start', title: 'Start sagas', input: {} }],
    }).connected();
    orders.answerControl = (call) => ({
      ok: true,
      result: { sagas: [{ sagaId: 's-1', orderId: JSON.stringify(call.input) }] },
    });
    const answer = await dashboard.call('triggerSaga', 'POST', '/api/sagas', { failAt: 'ship' });
    expect(answer.service).toBe('orders');
    expect(JSON.parse(answer.sagas[0]?.orderId ?? '')).toMatchObject({ failAt: 'ship', count: 1 });
    orders.answerControl = () => ({ ok: false, message: 'no stock', next: 'Restock.' });
    const refused = await dashboard.send('POST', '/api/controls/orders/saga.start', { body: { input: {} } });
    expect(refused).toMatchObject({ status: 502, body: { error: { next: 'Restock.' } } });
    const { entries } = await dashboard.call('audit', 'GET', '/api/audit');
    expect(entries[0]).toMatchObject({ what: 'saga.start', outcome: 'refused: no stock' });
    orders.close();
  });
});

describe('metrics', () => {
  test('are valid for promtool, or at least well formed where it is not installed', async () => {
    const { body } = await dashboard.send('GET', '/metrics');
    const text = String(body);
    expect(text).toContain('stormglass_web_agents 1');
    const promtool = spawnSync(process.env.PROMTOOL ?? 'promtool', ['check', 'metrics'], { input: text });
    if (promtool.error === undefined) expect(String(promtool.stderr)).toBe('');
    const line = /^(# (HELP|TYPE) \w+ .+|\w+(\{[^}]*\})? [-+.\w]+)?$/;
    expect(text.split('\n').filter((one) => !line.test(one))).toEqual([]);
  });
});
