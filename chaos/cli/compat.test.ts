import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseCommand } from './arguments.ts';
import { carryOut } from './commands.ts';

const NOWHERE = 'http://127.0.0.1:1';
const titled = { title: 't', description: 'd' };
const step = (provider: object) => ({ type: 'action', name: 'step', provider });

let folder = '';
let servers: Server[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stormglass-compat-cli-'));
});
afterEach(async () => {
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  servers = [];
  await rm(folder, { recursive: true });
});

async function serve(answer: (path: string, body: string) => unknown): Promise<string> {
  const server = createServer(async (request, response) => {
    const body = JSON.stringify(answer(request.url ?? '', await text(request)));
    response.writeHead(200, { 'content-type': 'application/json', connection: 'close' }).end(body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function type(argv: string[]) {
  const err: string[] = [];
  const terminal = {
    out: () => undefined,
    err: (line: string) => err.push(line),
    sleep: () => Promise.resolve(),
    interrupted: new AbortController().signal,
  };
  const journal = join(folder, 'journal.json');
  const code = await carryOut(parseCommand([...argv, '--journal-path', journal], {}), terminal);
  return { code, err: err.join('\n'), journal };
}

async function file(experiment: object): Promise<string> {
  const path = join(folder, 'experiment.json');
  await writeFile(path, JSON.stringify(experiment));
  return path;
}

describe('stormglass run --compat', () => {
  it('runs processes without a dashboard, with variables from the command line', async () => {
    const method = [step({ type: 'process', path: 'echo', arguments: ['$who'] })];
    const path = await file({ ...titled, method, configuration: { who: 'nobody' } });
    const { code, journal } = await type(['run', path, '--compat', '--var', 'who=jane', '--url', NOWHERE]);
    expect(code).toBe(0);
    const { run, 'chaoslib-version': version } = JSON.parse(await readFile(journal, 'utf8'));
    expect([version, run[0].output.stdout]).toEqual(['1.45.0', 'jane\n']);
  });

  it('takes an experiment from an address', async () => {
    const url = await serve(() => ({ ...titled, method: [] }));
    expect((await type(['run', `${url}/experiment`, '--compat'])).code).toBe(0);
  });

  it('lets a dashboard arm a fault, and says so when there is none', async () => {
    const method = [step({ type: 'fault', spec: { action: { type: 'error' } } })];
    const path = await file({ ...titled, method });
    const alone = await type(['run', path, '--compat', '--url', NOWHERE]);
    expect(alone.code).toBe(1);
    expect(alone.err).toContain(`No dashboard answers at ${NOWHERE}`);
    const asked: string[] = [];
    const url = await serve((asks, body) => {
      asked.push(`${asks} ${body}`);
      return { fault: 'armed' };
    });
    const { code, journal } = await type(['run', path, '--compat', '--url', url]);
    expect(code).toBe(0);
    expect(asked).toContain('/api/faults {"spec":{"action":{"type":"error"}}}');
    const { run } = JSON.parse(await readFile(journal, 'utf8'));
    expect(run[0]).toMatchObject({ status: 'succeeded', output: { fault: 'armed' } });
  });

  it('refuses what only a run of the dashboard can measure, and Python which it has not', async () => {
    const sli = await type(['run', await file({ ...titled, method: [step({ type: 'sli' })] }), '--compat']);
    expect([sli.code, sli.err]).toEqual([1, expect.stringContaining('Run the file without --compat')]);
    const provider = { type: 'python', module: 'chaosk8s.pod.actions', func: 'terminate_pods' };
    const python = await type(['run', await file({ ...titled, method: [step(provider)] }), '--compat']);
    expect(python.code).toBe(1);
    expect(python.err).toContain("could not find Python module 'chaosk8s.pod.actions' in activity 'step'");
    expect(python.err).toContain('Stormglass runs no Python');
  });

  it('answers a wrong option with 2', async () => {
    const path = await file({ ...titled, method: [] });
    const { code, err } = await type(['run', path, '--compat', '--dry', 'everything']);
    expect([code, err]).toEqual([2, expect.stringContaining("'everything' is not one of 'probes'")]);
  });
});
