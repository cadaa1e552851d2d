import { connect } from 'node:net';
import { freePort } from '../../host/fixtures/ports.ts';
import { programPath } from './programs.ts';
import { TestServer } from './server.ts';

const PROGRAM = programPath('redis-server');

/** Why tests with Redis cannot run here; null when they can. */
export const noRedis: string | null =
  PROGRAM === null ? 'skipped: no redis-server on this machine, and none could be installed' : null;

/** A Redis with an append-only file, synced before each answer: what it has answered to survives a kill. */
export async function testRedis(): Promise<TestServer> {
  const port = await freePort();
  return new TestServer(`redis://127.0.0.1:${port}/0`, (folder) => [
    {
      name: 'redis',
      command: PROGRAM ?? '',
      args: [
        ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder],
        ...['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''],
        ...['--maxmemory-policy', 'noeviction'],
      ],
      env: {},
      ready: () => answersPing(port),
    },
  ]);
}

/** PONG comes only when the append-only file has been read. */
function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.once('data', (answer) => {
      socket.destroy();
      resolve(answer.toString().startsWith('+PONG'));
    });
    socket.once('error', () => resolve(false));
  });
}
