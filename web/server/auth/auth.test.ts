import { io } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readEnv } from '../env.ts';
import { TestAgent } from '../testing/agent.ts';
import { startDashboard, type TestDashboard, tempDir } from '../testing/dashboard.ts';
import { checkOrigin } from './origin.ts';

const TOKEN = 'correct horse battery staple';
let dir: ReturnType<typeof tempDir>;
let dashboard: TestDashboard;

beforeEach(() => {
  dir = tempDir();
});
afterEach(async () => {
  await dashboard.close();
  dir.remove();
});

const open = async (env: Record<string, string> = {}) => {
  dashboard = await startDashboard({ dataDir: dir.path, env });
};
const remote = () =>
  open({ HOST: '0.0.0.0', STORMGLASS_LOGIN_TOKEN: TOKEN, STORMGLASS_AGENT_KEY: 'agent key' });
const code = (body: unknown) => (body as { error: { code: string } }).error.code;

/** How a socket of that namespace fares: `connected`, or why not. */
function outcome(namespace: string, options: Record<string, unknown> = {}): Promise<string> {
  const socket = io(dashboard.url + namespace, { reconnection: false, forceNew: true, ...options });
  return new Promise((resolve) => {
    socket.on('connect', () => resolve('connected'));
    socket.on('connect_error', (error) => resolve(error.message));
  }).then((result) => {
    socket.close();
    return String(result);
  });
}

describe('bound to loopback', () => {
  test('the API needs no login, and a foreign page is refused on every route', async () => {
    await open();
    expect((await dashboard.send('GET', '/api/faults')).status).toBe(200);
    for (const path of ['/api/faults', '/api/health', '/api/openapi.json', '/metrics', '/api/nothing']) {
      const reply = await dashboard.send('GET', path, { headers: { origin: 'http://evil.example' } });
      expect([path, reply.status, code(reply.body)]).toEqual([path, 403, 'forbidden_origin']);
    }
    const halt = await dashboard.send('POST', '/api/halt', {
      body: { reason: 'x' },
      headers: { origin: 'http://localhost:3000' },
    });
    expect(code(halt.body)).toBe('forbidden_origin');
  });

  test('a page of this dashboard is let in', async () => {
    await open();
    const reply = await dashboard.send('GET', '/api/faults', { headers: { origin: dashboard.url } });
    expect(reply.status).toBe(200);
  });

  test('sockets of a foreign page are refused on both transports', async () => {
    await open();
    const extraHeaders = { origin: 'http://evil.example' };
    for (const transport of ['polling', 'websocket']) {
      expect(await outcome('/live', { transports: [transport], extraHeaders })).not.toBe('connected');
      expect(await outcome('/live', { transports: [transport] })).toBe('connected');
    }
  });

  test('an agent with a wrong key is refused when a key is set', async () => {
    await open({ STORMGLASS_AGENT_KEY: 'agent key' });
    const { hello } = new TestAgent(dashboard.url);
    const attempt = (key: string) => outcome('/agents', { transports: ['websocket'], auth: { key, hello } });
    expect(await attempt('wrong')).toContain('agent key');
    expect(await attempt('agent key')).toBe('connected');
  });
});

describe('bound to another address', () => {
  test('it does not start without a login token and an agent key', () => {
    dashboard = { close: async () => undefined } as TestDashboard;
    const env = { HOST: '0.0.0.0', STORMGLASS_DATA_DIR: dir.path };
    expect(() => readEnv(env)).toThrow(/STORMGLASS_LOGIN_TOKEN and STORMGLASS_AGENT_KEY/);
  });

  test('everything but health and login wants a token, by header or by cookie', async () => {
    await remote();
    expect(code((await dashboard.send('GET', '/api/faults')).body)).toBe('unauthorized');
    expect((await dashboard.send('GET', '/api/health')).status).toBe(200);
    expect((await dashboard.send('GET', '/')).headers.get('location')).toBe('/login');
    expect((await dashboard.send('GET', '/login')).status).toBe(200);
    const bearer = { authorization: `Bearer ${TOKEN}` };
    expect((await dashboard.send('GET', '/api/faults', { headers: bearer })).status).toBe(200);
    const wrong = await dashboard.send('POST', '/api/login', { body: { token: 'guess' } });
    expect(code(wrong.body)).toBe('unauthorized');

    const login = await dashboard.send('POST', '/api/login', { body: { token: TOKEN } });
    const cookie = login.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/HttpOnly; SameSite=Strict/);
    expect(cookie).not.toContain(TOKEN);
    expect((await dashboard.send('GET', '/api/faults', { headers: { cookie } })).status).toBe(200);
    const forged = cookie.replace(/=(\d+)\./, (_all, expiry) => `=${Number(expiry) + 1}.`);
    expect((await dashboard.send('GET', '/api/faults', { headers: { cookie: forged } })).status).toBe(401);
  });

  test('a change by cookie must come from our own page', async () => {
    await remote();
    const login = await dashboard.send('POST', '/api/login', { body: { token: TOKEN } });
    const cookie = login.headers.get('set-cookie') ?? '';
    const halt = (headers: Record<string, string>) =>
      dashboard.send('POST', '/api/halt', { body: { reason: 'x' }, headers: { cookie, ...headers } });
    expect((await halt({})).status).toBe(401);
    expect((await halt({ origin: 'http://evil.example' })).status).toBe(403);
    expect((await halt({ origin: dashboard.url })).status).toBe(200);
  });

  test('a browser without login gets no live data', async () => {
    await remote();
    expect(await outcome('/live', { transports: ['websocket'] })).toBe('log in first');
    const extraHeaders = { authorization: `Bearer ${TOKEN}` };
    expect(await outcome('/live', { transports: ['websocket'], extraHeaders })).toBe('connected');
  });

  test('guessing is stopped after a few tries', async () => {
    await remote();
    const codes: string[] = [];
    for (let i = 0; i < 25; i++) {
      codes.push(code((await dashboard.send('POST', '/api/login', { body: { token: `guess ${i}` } })).body));
    }
    expect(codes.at(-1)).toBe('backpressure');
  });
});

describe('the Host header', () => {
  const policy = { loopback: true, allowedHosts: [] };
  beforeEach(() => {
    dashboard = { close: async () => undefined } as TestDashboard;
  });

  test.each(['127.0.0.1:4000', 'localhost:9999', '[::1]:4000', 'shop.localhost'])(
    '%s is this machine',
    (host) => {
      expect(() => checkOrigin({ host }, policy)).not.toThrow();
    },
  );

  test.each(['evil.example', 'evil.example:4000', '127.0.0.1.evil.example', 'a@127.0.0.1', ''])(
    '%s is refused, whatever it resolves to',
    (host) => {
      expect(() => checkOrigin({ host, origin: `http://${host}` }, policy)).toThrow(/not known as/);
    },
  );

  test('a name in STORMGLASS_ALLOWED_HOSTS is let in', () => {
    const named = { loopback: true, allowedHosts: ['dash.example'] };
    expect(() => checkOrigin({ host: 'dash.example' }, named)).not.toThrow();
  });

  test('a request without Origin which a browser marks as cross-site is refused', () => {
    const host = 'localhost:4000';
    expect(() => checkOrigin({ host, 'sec-fetch-site': 'cross-site' }, policy)).toThrow();
    expect(() => checkOrigin({ host, 'sec-fetch-site': 'same-site' }, policy)).toThrow();
    expect(() => checkOrigin({ host, 'sec-fetch-site': 'same-origin' }, policy)).not.toThrow();
    expect(() => checkOrigin({ host, origin: 'null' }, policy)).toThrow();
  });
});
