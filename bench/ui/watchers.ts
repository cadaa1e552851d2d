import { connect, createServer, type Server } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { io, type Socket } from 'socket.io-client';
import type { System } from '../../e2e/system.ts';
import { report } from '../figure.ts';
import { cpuSeconds } from '../usage.ts';

const BROWSERS = Number(process.env.STORMGLASS_UI_BROWSERS ?? '50');
const WATCH_MS = 20_000;
/** After the last browser left, the hub goes on for half a minute. */
const FORGOTTEN_MS = 35_000;

/** Between the sockets and the hub: counts what came over the wire, compressed as it is. */
async function countingRelay(port: number): Promise<{ server: Server; url: string; bytes: () => number }> {
  let bytes = 0;
  const server = createServer((client) => {
    const hub = connect(port, '127.0.0.1');
    for (const socket of [client, hub]) socket.on('error', () => undefined);
    hub.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    client.pipe(hub).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the relay has no port');
  return { server, url: `http://127.0.0.1:${address.port}`, bytes: () => bytes };
}

async function watching(url: string): Promise<Socket> {
  const socket = io(`${url}/live`, {
    transports: ['websocket'],
    forceNew: true,
    extraHeaders: { origin: url },
  });
  const snapshot = new Promise<void>((resolve) => socket.once('snapshot', () => resolve()));
  socket.on('connect', () => socket.emit('resume', null));
  await snapshot;
  return socket;
}

/** What browsers that watch cost: CPU of the dashboard's process, and bytes a second to each. */
export async function measureWatchers(system: System, ordersPerSecond: number): Promise<void> {
  const pid = system.processes.get('web') ?? 0;
  const relay = await countingRelay(Number(new URL(system.dashboard).port));
  const sockets: Socket[] = [];
  try {
    await delay(FORGOTTEN_MS);
    for (const browsers of [0, BROWSERS]) {
      while (sockets.length < browsers) sockets.push(await watching(relay.url));
      const [cpu, bytes] = [cpuSeconds(pid), relay.bytes()];
      await delay(WATCH_MS);
      const params = { browsers, ordersPerSecond, seconds: WATCH_MS / 1000 };
      const share = ((cpuSeconds(pid) - cpu) / WATCH_MS) * 1e5;
      report({ bench: 'ui', figure: 'hub CPU', value: share, unit: '% of a core', goal: null, params });
      if (browsers === 0) continue;
      const each = (relay.bytes() - bytes) / browsers / (WATCH_MS / 1000) / 1000;
      report({ bench: 'ui', figure: 'bytes to each browser', value: each, unit: 'KB/s', goal: null, params });
    }
  } finally {
    for (const socket of sockets) socket.close();
    relay.server.close();
  }
}
