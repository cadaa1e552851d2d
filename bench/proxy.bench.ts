import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { median, percentile, report } from './figure.ts';

/**
 * What a proxy without toxics costs, against the plainest relay in the same run: each is a process of its own, sender
 * and receiver are this one, and rounds alternate, so that all see the same machine. Where this process is the slower
 * one, throughputs come out alike: CPU a megabyte tells the rest.
 */
const ROUNDS = 9;
const MEGABYTES = 512;
const PINGS = 4_000;
const PING_BYTES = 64;
const CONNECTIONS = [1, 16];
const MB = 1_000_000;

interface Subject {
  name: string;
  port: number;
  pid: number | null;
  /** By number of connections. */
  throughput: Map<number, number[]>;
  cpu: Map<number, number[]>;
  /** p50 of each round, ms. */
  pings: number[];
}

/** `P`: every chunk comes back; `D`: nothing does, until the sender has ended. */
function upstream(): Promise<{ server: Server; port: number }> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (first: Buffer) => {
      if (first[0] === 'P'.charCodeAt(0)) {
        socket.write(first);
        socket.pipe(socket);
      } else {
        socket.on('data', () => undefined);
        socket.once('end', () => socket.end('.'));
      }
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve({ server, port: (server.address() as AddressInfo).port }));
  });
}

async function firstLine(child: ChildProcess): Promise<{ api?: string; address?: AddressInfo }> {
  if (child.stdout === null) throw new Error('no output');
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line);
  throw new Error('it ended before it was ready');
}

const node = (file: string, args: string[], env: Record<string, string> = {}): ChildProcess =>
  spawn(process.execPath, [join(import.meta.dirname, file), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });

const subject = (name: string, port: number, pid: number | undefined): Subject => ({
  name,
  port,
  pid: pid ?? null,
  throughput: new Map(),
  cpu: new Map(),
  pings: [],
});

async function proxySubject(child: ChildProcess, upstreamPort: number): Promise<Subject> {
  const { api } = await firstLine(child);
  const body = JSON.stringify({ name: 'p', listen: '127.0.0.1:0', upstream: `127.0.0.1:${upstreamPort}` });
  const made = await fetch(`http://${api}/proxies`, { method: 'POST', body });
  const { listen } = (await made.json()) as { listen: string };
  return subject('proxy', Number(listen.split(':')[1]), child.pid);
}

/** User and system time so far, ms; a tick is 10 of them. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

const opened = (port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true, allowHalfOpen: true });
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  });

/** Sends so many bytes and waits until the other side has them all. */
async function send(port: number, bytes: number): Promise<void> {
  const socket = await opened(port);
  const part = Buffer.alloc(256 * 1024, 'D');
  let left = bytes;
  const fill = () => {
    while (left > 0) {
      const data = part.subarray(0, Math.min(left, part.length));
      left -= data.length;
      if (!socket.write(data)) return;
    }
    socket.end();
  };
  socket.on('drain', fill);
  fill();
  socket.resume();
  await new Promise((resolve, reject) => {
    socket.once('end', resolve);
    socket.once('error', reject);
  });
  socket.destroy();
}

async function flood({ port, pid, throughput, cpu }: Subject, connections: number): Promise<void> {
  const before = pid === null ? 0 : cpuOf(pid);
  const began = performance.now();
  const each = (MEGABYTES * MB) / connections;
  await Promise.all(Array.from({ length: connections }, () => send(port, each)));
  const seconds = (performance.now() - began) / 1000;
  throughput.set(connections, [...(throughput.get(connections) ?? []), MEGABYTES / seconds]);
  if (pid === null) return;
  cpu.set(connections, [...(cpu.get(connections) ?? []), (cpuOf(pid) - before) / MEGABYTES]);
}

async function ping({ port, pings }: Subject): Promise<void> {
  const socket = await opened(port);
  const message = Buffer.alloc(PING_BYTES, 'P');
  const times: number[] = [];
  for (let i = 0; i < PINGS; i++) {
    const began = performance.now();
    socket.write(message);
    await new Promise((resolve) => socket.once('data', resolve));
    times.push(performance.now() - began);
  }
  socket.destroy();
  pings.push(percentile(times, 0.5));
}

function figures(direct: Subject, relay: Subject, proxy: Subject): void {
  const params = { rounds: ROUNDS, megabytes: MEGABYTES, pings: PINGS, pingBytes: PING_BYTES };
  const figure = (name: string, value: number, unit: string, goal: string | null, connections?: number) =>
    report({
      ...{ bench: 'proxy', figure: name, value, unit, goal },
      params: { ...params, ...(connections === undefined ? {} : { connections }) },
    });
  for (const n of CONNECTIONS) {
    for (const { name, throughput } of [direct, relay, proxy]) {
      figure(`${name}: throughput`, median(throughput.get(n) ?? []), 'MB/s', null, n);
    }
    const plain = relay.throughput.get(n) ?? [];
    const ratios = (proxy.throughput.get(n) ?? []).map((value, i) => value / (plain[i] ?? Number.NaN));
    figure('throughput against the relay', median(ratios) * 100, '%', '>= 90', n);
    for (const { name, cpu } of [relay, proxy])
      figure(`${name}: CPU`, median(cpu.get(n) ?? []), 'ms/MB', null, n);
  }
  for (const { name, pings } of [direct, relay, proxy]) {
    figure(`${name}: round trip p50`, median(pings), 'ms', null);
  }
  const added = (to: Subject) => median(proxy.pings.map((value, i) => value - (to.pings[i] ?? Number.NaN)));
  figure('round trip added to no relay', added(direct), 'ms', '<= 0.2');
  figure('round trip added to the relay', added(relay), 'ms', '<= 0.2');
}

export async function run(): Promise<void> {
  const { server, port } = await upstream();
  const plain = node('relay/main.ts', ['127.0.0.1', String(port)]);
  const own = node('../agents/host/proxy/main.ts', [], { PROXY_PORT: '0' });
  try {
    const { address } = await firstLine(plain);
    const direct = subject('direct', port, undefined);
    const relay = subject('relay', address?.port ?? 0, plain.pid);
    const proxy = await proxySubject(own, port);
    const subjects = [direct, relay, proxy];
    for (const each of subjects) {
      await flood(each, 1);
      await ping(each);
      each.throughput.clear();
      each.cpu.clear();
      each.pings.length = 0;
    }
    for (let round = 0; round < ROUNDS; round++) {
      for (const n of CONNECTIONS) for (const each of subjects) await flood(each, n);
      for (const each of subjects) await ping(each);
    }
    figures(direct, relay, proxy);
  } finally {
    plain.kill();
    own.kill();
    server.close();
  }
}
