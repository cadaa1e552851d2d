import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { Rig } from '../testing/rig.ts';

const soon = { timeout: 15_000, interval: 10 };

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.start((socket) => socket.pipe(socket));
});
afterAll(async () => {
  await rig.close();
});
beforeEach(async () => {
  await rig.ask('POST', '/reset');
});

const latency = { type: 'latency', attributes: { latency: 5 } };

describe('errors', () => {
  const link = '/proxies/link';
  const upstream = '127.0.0.1:1';
  test.each([
    ['POST', '/proxies', '', 400, 'bad request body: EOF'],
    ['POST', '/proxies', '{', 400, 'bad request body: unexpected EOF'],
    ['POST', '/proxies', 'x', 400, "bad request body: invalid character 'x' looking for beginning of value"],
    ['POST', '/proxies', { name: 7 }, 400, 'bad request body: json: cannot unmarshal number'],
    ['POST', '/proxies', [], 400, 'bad request body: json: cannot unmarshal array'],
    ['POST', '/proxies', { upstream }, 400, 'missing required field: name'],
    ['POST', '/proxies', { name: 'a' }, 400, 'missing required field: upstream'],
    ['POST', '/proxies', { name: 'link', upstream }, 409, 'proxy already exists'],
    ['POST', '/proxies', { name: 'a', upstream, listen: 'x' }, 500, 'listen tcp: address x: missing port'],
    ['GET', '/proxies/none', undefined, 404, 'proxy not found'],
    ['POST', '/proxies/none', {}, 404, 'proxy not found'],
    ['PATCH', '/proxies/none', {}, 404, 'proxy not found'],
    ['DELETE', '/proxies/none', undefined, 404, 'proxy not found'],
    ['GET', '/proxies/none/toxics', undefined, 404, 'proxy not found'],
    ['POST', '/proxies/none/toxics', latency, 404, 'proxy not found'],
    ['GET', '/proxies/none/toxics/t', undefined, 404, 'proxy not found'],
    ['GET', `${link}/toxics/none`, undefined, 404, 'toxic not found'],
    ['POST', `${link}/toxics/none`, {}, 404, 'toxic not found'],
    ['PATCH', `${link}/toxics/none`, {}, 404, 'toxic not found'],
    ['DELETE', `${link}/toxics/none`, undefined, 404, 'toxic not found'],
    ['POST', `${link}/toxics/none/lease`, { ttl: 1 }, 404, 'toxic not found'],
    ['POST', link, '{"enabled": "no"}', 400, 'bad request body: json: cannot unmarshal string'],
    ['POST', `${link}/toxics`, '', 400, 'bad request body: EOF'],
    ['POST', `${link}/toxics`, { ...latency, stream: 'both' }, 400, 'stream was invalid, can be either'],
    ['POST', `${link}/toxics`, { type: 'none' }, 400, 'invalid toxic type'],
    ['POST', `${link}/toxics`, {}, 400, 'invalid toxic type'],
    ['POST', `${link}/toxics`, { ...latency, attributes: { latency: '5' } }, 400, 'bad request body: json'],
    ['POST', `${link}/toxics`, { ...latency, attributes: { latency: 0.5 } }, 400, 'bad request body: json'],
    ['POST', `${link}/toxics`, { ...latency, ttl: 0 }, 400, 'bad request body: ttl has to be'],
  ])('%s %s %j: %i %s', async (method, path, body, status, error) => {
    const answer = await rig.ask(method, path, body);
    expect(answer.status).toBe(status);
    expect(answer.type).toBe('text/plain; charset=utf-8');
    expect(answer.json).toMatchObject({ error: expect.stringContaining(error), status });
    expect(answer.text.endsWith('}\n')).toBe(true);
  });

  test('a toxic of the same name', async () => {
    await rig.ask('POST', `${link}/toxics`, latency);
    const again = await rig.ask('POST', `${link}/toxics`, latency);
    expect(again).toMatchObject({ status: 409, json: { error: 'toxic already exists', status: 409 } });
  });

  test('an address that is taken: the proxy is not made', async () => {
    const answer = await rig.ask('POST', '/proxies', { name: 'second', listen: rig.listen, upstream });
    expect(answer.status).toBe(500);
    expect(answer.text).toContain('bind: address already in use');
    expect((await rig.ask('GET', '/proxies/second')).status).toBe(404);
  });

  test('a path and a method nobody knows', async () => {
    expect(await rig.ask('GET', '/nothing')).toMatchObject({ status: 404, text: '404 page not found\n' });
    expect(await rig.ask('PUT', '/proxies')).toMatchObject({ status: 405, text: '' });
  });

  test('a browser', async () => {
    const headers = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64)' };
    const answer = await rig.ask('POST', '/reset', undefined, headers);
    expect(answer).toMatchObject({ status: 403, text: 'User agent not allowed\n' });
  });
});

describe('a toxic', () => {
  const path = '/proxies/link/toxics';

  test('has all its attributes, a name, a stream and a toxicity', async () => {
    const answer = await rig.ask('POST', path, latency);
    expect(answer).toMatchObject({ status: 200, type: 'application/json' });
    expect(answer.text).toBe(
      '{"attributes":{"latency":5,"jitter":0},"name":"latency_downstream","type":"latency","stream":"downstream","toxicity":1}',
    );
    expect((await rig.ask('GET', `${path}/latency_downstream`)).text).toBe(answer.text);
    expect((await rig.ask('GET', path)).text).toBe(`[${answer.text}]`);
  });

  test.each([
    ['latency', { latency: 0, jitter: 0 }],
    ['bandwidth', { rate: 0 }],
    ['slow_close', { delay: 0 }],
    ['timeout', { timeout: 0 }],
    ['reset_peer', { timeout: 0 }],
    ['slicer', { average_size: 0, size_variation: 0, delay: 0 }],
    ['limit_data', { bytes: 0 }],
  ])('%s: zeros unless told otherwise', async (type, attributes) => {
    const { json } = await rig.ask('POST', path, { type, stream: 'upstream', toxicity: 0.1 });
    expect(json).toEqual({ attributes, name: `${type}_upstream`, type, stream: 'upstream', toxicity: 0.1 });
  });

  test('is changed in part, its type and stream never', async () => {
    await rig.ask('POST', path, latency);
    const change = { type: 'timeout', stream: 'upstream', toxicity: 0.25, attributes: { jitter: 3 } };
    const { json } = await rig.ask('PATCH', `${path}/latency_downstream`, change);
    expect(json).toMatchObject({
      type: 'latency',
      stream: 'downstream',
      toxicity: 0.25,
      attributes: { latency: 5, jitter: 3 },
    });
  });

  test('shows what was asked for beyond Toxiproxy, and nothing of it otherwise', async () => {
    const { json } = await rig.ask('POST', path, { ...latency, ttl: 60_000, seed: 9 });
    expect(json).toMatchObject({ ttl: 60_000, seed: 9 });
    await rig.ask('DELETE', `${path}/latency_downstream`);
    await rig.ask('POST', path, { ...latency, ttl: 50 });
    await vi.waitFor(async () => expect(await rig.toxics()).toEqual([]), soon);
  });
});

describe('a proxy', () => {
  test('is shown with its resolved address and found under its name', async () => {
    const made = await rig.ask('POST', '/proxies', {
      name: 'a b',
      listen: 'localhost:0',
      upstream: rig.upstream,
    });
    expect(made).toMatchObject({ status: 201, type: 'application/json' });
    expect(made.json).toEqual({
      name: 'a b',
      listen: expect.stringMatching(/^127\.0\.0\.1:[1-9]\d+$/),
      upstream: rig.upstream,
      enabled: true,
      toxics: [],
    });
    expect((await rig.ask('GET', '/proxies/a%20b')).text).toBe(made.text);
    const all = (await rig.ask('GET', '/proxies')).json as object;
    expect(Object.keys(all)).toEqual(['a b', 'link']);
    expect(await rig.ask('DELETE', '/proxies/a%20b')).toMatchObject({ status: 204, text: '' });
    expect((await rig.ask('GET', '/proxies/a%20b')).status).toBe(404);
  });

  test('that is moved listens there, with its toxics', async () => {
    await rig.ask('POST', '/proxies/link/toxics', latency);
    const { json } = await rig.ask('POST', '/proxies/link', { listen: '127.0.0.1:0' });
    const { listen } = json as { listen: string };
    expect(listen).not.toBe('127.0.0.1:0');
    expect(json).toMatchObject({ enabled: true, toxics: [{ name: 'latency_downstream' }] });
    rig.listen = listen;
    const client = await rig.client();
    client.send('x');
    await vi.waitFor(() => expect(client.text).toBe('x'), soon);
  });
});

describe('populate', () => {
  const twin = () => ({ name: 'twin', listen: '127.0.0.1:0', upstream: rig.upstream });

  test('makes, leaves alone and replaces', async () => {
    const made = await rig.ask('POST', '/populate', [twin()]);
    expect(made.status).toBe(201);
    const [first] = (made.json as { proxies: { listen: string }[] }).proxies;
    await rig.ask('POST', '/proxies/twin/toxics', latency);
    const same = await rig.ask('POST', '/populate', [{ ...twin(), listen: first?.listen }]);
    expect(same.json).toMatchObject({
      proxies: [{ name: 'twin', toxics: [{ name: 'latency_downstream' }] }],
    });
    const other = await rig.ask('POST', '/populate', [
      { ...twin(), enabled: false, upstream: '127.0.0.1:1' },
    ]);
    expect(other.json).toMatchObject({ proxies: [{ name: 'twin', enabled: false, toxics: [] }] });
    await rig.ask('DELETE', '/proxies/twin');
  });

  test('says which of them is wrong, and makes none', async () => {
    const answer = await rig.ask('POST', '/populate', [twin(), { name: 'other' }]);
    expect(answer).toMatchObject({
      status: 400,
      type: 'application/json',
      json: { error: 'missing required field: upstream at proxy 2', status: 400, proxies: null },
    });
    expect((await rig.ask('GET', '/proxies/twin')).status).toBe(404);
  });
});

test('reset enables every proxy and takes every toxic away', async () => {
  await rig.ask('POST', '/proxies/link', { enabled: false });
  await rig.ask('POST', '/proxies/link/toxics', latency);
  expect((await rig.ask('POST', '/reset')).status).toBe(204);
  expect((await rig.ask('GET', '/proxies/link')).json).toMatchObject({ enabled: true, toxics: [] });
});

test('the version, as Toxiproxy says it', async () => {
  const answer = await rig.ask('GET', '/version');
  expect(answer.type).toBe('application/json;charset=utf-8');
  expect(answer.text).toMatch(/^\{"version": "2\.\d+\.\d+"\}\n$/);
});

test('metrics count what went through', async () => {
  const client = await rig.client();
  client.send('12345');
  await vi.waitFor(() => expect(client.text).toBe('12345'), soon);
  const { type, text } = await rig.ask('GET', '/metrics');
  expect(type).toContain('text/plain; version=0.0.4');
  const bytes =
    /toxiproxy_proxy_received_bytes_total\{direction="upstream",listener="[^"]+",proxy="link",upstream="[^"]+"\} (\d+)/;
  expect(Number(bytes.exec(text)?.[1])).toBeGreaterThanOrEqual(5);
  expect(text).toContain('# TYPE stormglass_proxy_connections gauge');
});
