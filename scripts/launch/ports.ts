import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { StormglassError } from '@stormglass/agents/contract';
import { commandLine } from '@stormglass/agents/host';
import { DEFAULT_PORTS, type PortName, type Ports } from '../plan.ts';

/** Ports for one start: the defaults, with the dashboard's own if given; `0` takes a free one for each. */
export async function choosePorts(dashboard: number | null): Promise<Ports> {
  const ports: Ports = { ...DEFAULT_PORTS };
  if (dashboard === 0) {
    const names = Object.keys(ports) as PortName[];
    const free = await freePorts(names.length);
    for (const [i, name] of names.entries()) ports[name] = free[i] ?? ports[name];
  } else if (dashboard !== null) ports.dashboard = dashboard;
  return ports;
}

/**
 * Where ports are taken from that nobody chose: below those of outgoing connections (from 32768 on Linux, 49152
 * elsewhere), one of which could take a port before its process listens on it.
 */
const LOWEST = 20_000;
const SPAN = 12_000;
/** Goes on from call to call, and begins elsewhere in each process: what was given out may not be listened on yet. */
let cursor = (process.pid * 61) % SPAN;

/** All are held open at the same time, so that none is given out twice. Throws when too few are free. */
export async function freePorts(count: number): Promise<number[]> {
  const held = new Map<number, Awaited<ReturnType<typeof listen>>>();
  for (let tried = 0; held.size < count && tried < SPAN; tried++) {
    const port = LOWEST + cursor;
    cursor = (cursor + 1) % SPAN;
    if ((await bindProblem(port, '127.0.0.1')) === null) held.set(port, await listen(port, '127.0.0.1'));
  }
  await Promise.all([...held.values()].map((server) => new Promise((done) => server.close(done))));
  if (held.size < count) {
    throw new StormglassError('conflict', `${count} free ports were not found`, 'end programs that listen');
  }
  return [...held.keys()];
}

function listen(port: number, host: string): Promise<ReturnType<typeof createServer>> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => resolve(server));
  });
}

/**
 * Throws when one of these ports cannot be taken. After a kill -9 of the last launcher its children need a moment to
 * go: `patienceMs` is how long a taken port is waited for.
 */
export async function demandFree(
  wanted: readonly { name: PortName; port: number; host: string }[],
  patienceMs: number,
): Promise<void> {
  const deadline = Date.now() + patienceMs;
  for (const { name, port, host } of wanted) {
    for (;;) {
      const problem = await bindProblem(port, host);
      if (problem === null) break;
      if (problem !== 'EADDRINUSE' || Date.now() >= deadline) throw portError(name, port, host, problem);
      await sleep(100);
    }
  }
}

async function bindProblem(port: number, host: string): Promise<string | null> {
  try {
    const server = await listen(port, host);
    await new Promise((done) => server.close(done));
    return null;
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
    throw error;
  }
}

function portError(name: PortName, port: number, host: string, code: string): StormglassError {
  if (code === 'EACCES') {
    return new StormglassError(
      'conflict',
      `this user may not listen on port ${port}`,
      'choose one above 1023',
    );
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new StormglassError('conflict', `${host} is no address of this machine`, 'give another --host');
  }
  const holder = holderOf(port);
  return new StormglassError(
    'conflict',
    `port ${port} (${name}) is taken${holder === null ? '' : ` by ${holder}`}`,
    'end that program, or start with --port 0 to take free ports',
  );
}

/** `node server.js (pid 4711)`; null where it cannot be known (not Linux, or another user's process). */
export function holderOf(port: number): string | null {
  const inode = listeningInode(port);
  if (inode === null) return null;
  for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    if (!holds(pid, inode)) continue;
    return `${commandLine(Number(pid)).slice(0, 80)} (pid ${pid})`;
  }
  return null;
}

function listeningInode(port: number): string | null {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    if (!existsSync(table)) continue;
    for (const line of readFileSync(table, 'utf8').split('\n')) {
      const columns = line.trim().split(/\s+/);
      // 0A is LISTEN; column 9 is the inode of the socket.
      if (columns[1]?.endsWith(`:${hex}`) && columns[3] === '0A') return columns[9] ?? null;
    }
  }
  return null;
}

function holds(pid: string, inode: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some(
      (fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === `socket:[${inode}]`,
    );
  } catch {
    // Another user's process, or one that has just ended.
    return false;
  }
}
