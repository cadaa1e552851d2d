import {
  Agent,
  createServer,
  get,
  type IncomingMessage,
  type RequestOptions,
  request,
  type Server,
} from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Rig } from '../testing/rig.ts';

let rig: Rig;
/** Paths which the upstream was asked for. */
let seen: string[];
let server: Server;
let agent: Agent;

beforeEach(async () => {
  seen = [];
  agent = new Agent({ keepAlive: true, maxSockets: 1 });
  server = createServer((incoming, response) => {
    let bytes = 0;
    incoming.on('data', (data: Buffer) => {
      bytes += data.length;
    });
    incoming.on('end', () => {
      seen.push(`${incoming.method} ${incoming.url} ${bytes}`);
      response.end(`served ${incoming.url}`);
    });
  });
  rig = await Rig.start((socket) => server.emit('connection', socket));
});
afterEach(async () => {
  agent.destroy();
  server.closeAllConnections();
  await rig.close();
});

function options(path: string, method = 'GET'): RequestOptions {
  const { hostname, port } = new URL(`http://${rig.listen}`);
  return { host: hostname, port, path, method, agent };
}

async function text(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part);
  return `${response.statusCode} ${Buffer.concat(parts).toString()}`;
}

function ask(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(options(path), (response) => text(response).then(resolve, reject)).once('error', reject);
  });
}

/** In two pieces of a chunked body, or of one with its length said. */
function post(path: string, chunked: boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(options(path, 'POST'), (response) => text(response).then(resolve, reject));
    outgoing.once('error', reject);
    if (!chunked) outgoing.setHeader('content-length', 8);
    outgoing.write('GET ');
    outgoing.end('/x\r\n');
  });
}

const http = (attributes: object) => rig.toxic('http', attributes, { stream: 'upstream' });

test('a status is answered for the requests of a route, and for no others', async () => {
  await http({ status: 503, route: '/orders/:id', method: 'GET', body: '{"no":1}' });
  expect(await ask('/orders/7?x=1')).toBe('503 {"no":1}');
  expect(await ask('/orders')).toBe('200 served /orders');
  expect(await ask('/orders/7/lines')).toBe('200 served /orders/7/lines');
  expect(await post('/orders/7', false)).toBe('200 served /orders/7');
  expect(seen).toEqual(['GET /orders 0', 'GET /orders/7/lines 0', 'POST /orders/7 8']);
});

test('the first N requests over all connections, then none', async () => {
  await http({ status: 500, first: 2, route: '/a/*' });
  const answers: string[] = [];
  for (const path of ['/a/1', '/b', '/a/2', '/a/3']) answers.push(await ask(path));
  expect(answers.map((answer) => answer.slice(0, 3))).toEqual(['500', '200', '500', '200']);
});

test('a request on a connection that was used before is picked as well', async () => {
  expect(await ask('/one')).toBe('200 served /one');
  await http({ status: 418, route: '/two' });
  expect(await ask('/one')).toBe('200 served /one');
  expect(await ask('/two')).toBe('418 ');
  expect(rig.served.length).toBe(1);
});

test.each([true, false])('a body which looks like a request is none (chunked: %s)', async (chunked) => {
  await http({ status: 503, route: '/x' });
  expect(await post('/upload', chunked)).toBe('200 served /upload');
  expect(await ask('/x')).toBe('503 ');
});

test('a request whose body is still on its way is answered all the same', async () => {
  await http({ status: 503 });
  const answer = await new Promise<string>((resolve, reject) => {
    const outgoing = request(options('/big', 'POST'), (response) => text(response).then(resolve, reject));
    outgoing.once('error', reject);
    outgoing.setHeader('content-length', 4_000_000);
    outgoing.end(Buffer.alloc(4_000_000));
  });
  expect(answer).toBe('503 ');
  expect(seen).toEqual([]);
});

test('a delay holds the requests of a route, and nothing is lost when it is taken away', async () => {
  await http({ delay: 120, route: '/slow' });
  const began = performance.now();
  expect(await ask('/slow')).toBe('200 served /slow');
  expect(performance.now() - began).toBeGreaterThanOrEqual(120);
  await rig.remove('http');
  await http({ delay: 600_000 });
  const held = ask('/held');
  await rig.ask('GET', '/version');
  await rig.remove('http');
  expect(await held).toBe('200 served /held');
});

test('what is no HTTP passes as it is', async () => {
  await http({ status: 503 });
  const client = await rig.client();
  client.send(Buffer.from([0, 1, 2, 0x16, 3, 1]));
  // It is the upstream that does not understand it.
  await expect.poll(() => client.text, { timeout: 15_000 }).toMatch(/^HTTP\/1\.1 400 Bad Request/);
});
