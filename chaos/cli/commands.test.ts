import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { ExperimentSpec, Run } from '../contract/index.ts';
import { runExperiment } from '../engine/index.ts';
import { type Mischief, SimulatedWorld } from '../engine/simulated-world.ts';
import { parseCommand } from './arguments.ts';
import { carryOut } from './commands.ts';

const query = { service: 'gateway', operation: 'POST /orders', metric: 'good_rate', window: 3 };
const SPEC = ExperimentSpec.parse({
  title: 'charges fail <for a while>',
  description: 'in the simulated world',
  sli: query,
  'steady-state-hypothesis': {
    title: 'orders are answered',
    probes: [
      {
        type: 'probe',
        name: 'answers are good',
        provider: { type: 'sli', query },
        tolerance: { type: 'range', range: [0.9, 1] },
      },
    ],
  },
  method: [
    {
      type: 'action',
      name: 'charges fail',
      provider: {
        type: 'fault',
        spec: {
          action: { type: 'error' },
          target: { kind: 'service', service: 'payments' },
          selector: { method: 'POST', route: '/charges' },
          durationMs: 6_000,
        },
      },
    },
  ],
});

/** The dashboard's part of the API in front of the real engine in a simulated world; a run goes on event by event. */
class TinyDashboard {
  readonly calls: string[] = [];
  readonly #server: Server;
  readonly #mischief: Mischief;
  readonly #stop = new AbortController();
  #run: Run | null = null;

  constructor(mischief: Mischief) {
    this.#mischief = mischief;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.calls.push(`${request.method} ${request.url}`);
    const body = await text(request);
    response.setHeader('content-type', 'application/json');
    if (request.url === '/api/halt') {
      response.end(JSON.stringify({ halted: true, at: 1, by: 'x', reason: body, lastEffectGoneMs: 12 }));
      return;
    }
    if (request.method === 'POST' && request.url === '/api/runs') {
      const { experimentId } = JSON.parse(body);
      if (experimentId !== 'charges-fail') {
        const error = { code: 'not_found', message: 'there is no such experiment', next: 'List them.' };
        response.writeHead(404).end(JSON.stringify({ error }));
        return;
      }
      this.#start();
    }
    if (request.url?.startsWith('/api/export/recording')) {
      const head = { stormglassRecording: { version: 1, from: 0, to: 1, run: this.#run } };
      response.end(`${JSON.stringify(head)}\n${JSON.stringify({ resourceSpans: [] })}\n`);
      return;
    }
    if (request.url?.endsWith('/abort')) this.#stop.abort(new Error('aborted by a person'));
    response.end(JSON.stringify(this.#run));
  }

  #start(): void {
    const world = new SimulatedWorld(this.#mischief);
    this.#run = Run.parse({
      id: 'run-1',
      experimentId: 'charges-fail',
      experiment: SPEC,
      seed: 1,
      startedBy: 'test',
      startedAt: world.clock.now(),
      endedAt: null,
      phase: 'steady-before',
      verdict: null,
      why: '',
      events: [],
      recovery: null,
    });
    void this.#drive(world);
  }

  async #drive(world: SimulatedWorld): Promise<void> {
    const parts = { runId: 'run-1', seed: 1, ports: world.ports, clock: world.clock };
    for await (const event of runExperiment({ spec: SPEC, ...parts, signal: this.#stop.signal })) {
      const run: Run | null = this.#run;
      if (run === null) return;
      if (event.type === 'measured') run.recovery = event.recovery;
      else run.events.push(event);
      if (event.type === 'phase') run.phase = event.phase;
      if (event.type === 'ended') {
        Object.assign(run, { endedAt: event.at, verdict: event.verdict, why: event.why });
      }
    }
  }
}

let folder = '';
let dashboards: TinyDashboard[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stormglass-cli-'));
});
afterEach(async () => {
  await Promise.all(dashboards.map((dashboard) => dashboard.close()));
  dashboards = [];
  await rm(folder, { recursive: true });
});

async function dashboard(mischief: Mischief = {}): Promise<{ url: string; calls: string[] }> {
  const tiny = new TinyDashboard(mischief);
  dashboards.push(tiny);
  return { url: await tiny.listen(), calls: tiny.calls };
}

async function type(argv: string[], interrupted = new AbortController().signal) {
  const out: string[] = [];
  const err: string[] = [];
  const terminal = {
    out: (line: string) => out.push(line),
    err: (line: string) => err.push(line),
    sleep: () => new Promise<void>((resolve) => setImmediate(resolve)),
    interrupted,
  };
  const code = await carryOut(parseCommand(argv, {}), terminal);
  return { code, out: out.join('\n'), err: err.join('\n') };
}

describe('stormglass run', () => {
  it('follows the run, tells its journal and exits with the code of the verdict', async () => {
    const { url } = await dashboard();
    const { code, out } = await type(['run', 'charges-fail', '--url', url]);
    expect(code).toBe(2);
    for (const word of [
      'phase method',
      'armed: Error answer on payments POST /charges',
      'reverted: fault-1',
    ]) {
      expect(out).toContain(word);
    }
    expect(out).toMatch(/verdict degraded-recovered/);
    expect(out).toMatch(/recovered [\d.]+ m?s after the fault, lost \d+ requests, blast radius 1 services/);
  });

  it('writes JUnit, JSON and Markdown', async () => {
    const { url } = await dashboard({ badUnderFault: 0 });
    const [junit, json, markdown] = ['r.xml', 'r.json', 'r.md'].map((name) => join(folder, name));
    const reports = ['--junit', `${junit}`, '--json', `${json}`, '--markdown', `${markdown}`];
    expect((await type(['run', 'charges-fail', '--url', url, ...reports])).code).toBe(0);
    const xml = await readFile(`${junit}`, 'utf8');
    expect(xml).toContain(
      'name="charges fail &lt;for a while&gt;" tests="5" failures="0" errors="0" skipped="0"',
    );
    const run = JSON.parse(await readFile(`${json}`, 'utf8'));
    expect(run).toMatchObject({ verdict: 'passed', exitCode: 0 });
    expect(Run.safeParse(run).success).toBe(true);
    const text = await readFile(`${markdown}`, 'utf8');
    expect(text).toContain('| Recovered after the fault |');
    expect(text).toContain('t4 - t3');
  });

  it('takes a file, and refuses when the dashboard has another experiment of that name', async () => {
    const { url, calls } = await dashboard();
    const file = join(folder, 'charges-fail.yaml');
    await writeFile(file, stringify(SPEC));
    expect((await type(['run', file, '--url', url])).code).toBe(2);
    await writeFile(file, stringify({ ...SPEC, title: 'something else' }));
    const other = await type(['run', file, '--url', url]);
    expect(other.code).toBe(9);
    expect(other.err).toContain('another experiment under the name charges-fail');
    expect(calls).toContain('POST /api/runs/run-1/abort');
  });

  it('aborts the run on Ctrl-C and waits for its verdict', async () => {
    const { url } = await dashboard({ neverEnds: true });
    const { code, out, err } = await type(['run', 'charges-fail', '--url', url], AbortSignal.abort());
    expect(code).toBe(7);
    expect(err).toContain('its faults are being reverted');
    expect(out).toContain('aborted by a person');
  });

  it('says what to do when the dashboard refuses, is not there, or the file is wrong', async () => {
    const { url } = await dashboard();
    const refused = await type(['run', 'no-such-thing', '--url', url]);
    expect([refused.code, refused.err]).toEqual([69, 'there is no such experiment\nList them.']);
    const absent = await type(['run', 'charges-fail', '--url', 'http://127.0.0.1:1']);
    expect(absent.code).toBe(69);
    expect(absent.err).toContain('Start it with `npm start`');
    const file = join(folder, 'bad.yaml');
    await writeFile(file, 'title: only a title');
    const bad = await type(['run', file, '--url', url]);
    expect(bad.code).toBe(9);
    expect(bad.err).toContain('description is missing; write a string');
  });
});

describe('stormglass', () => {
  it('halts with a reason', async () => {
    const { url, calls } = await dashboard();
    const { code, out } = await type(['halt', '--reason', 'enough', '--url', url]);
    expect([code, out]).toEqual([0, 'all chaos is stopped, last effect gone after 12 ms']);
    expect(calls).toEqual(['POST /api/halt']);
  });

  it('refuses a command line it does not understand, with the next step', () => {
    for (const argv of [['fly'], ['run'], ['halt'], ['run', 'x', '--seed', 'y'], ['run', 'x', '--nope']]) {
      expect(() => parseCommand(argv, {}), argv.join(' ')).toThrowError(
        expect.objectContaining({ code: 'invalid_request', next: 'See `stormglass help`.' }),
      );
    }
  });
});

describe('stormglass import', () => {
  it('sends at full speed to the local collector unless told otherwise', () => {
    const env = { STORMGLASS_OTLP_KEY: 'k' };
    expect(parseCommand(['import', 'a.jsonl'], env)).toEqual({
      ...{ name: 'import', file: 'a.jsonl', to: 'http://127.0.0.1:4318', key: 'k' },
      ...{ speed: 'max', shiftToNow: false, reports: {} },
    });
    const replay = [
      'import',
      'a.jsonl',
      '--speed',
      '10',
      '--shift-to-now',
      '--to',
      'http://h:1',
      '--key',
      'x',
    ];
    expect(parseCommand(replay, env)).toMatchObject({
      to: 'http://h:1',
      key: 'x',
      speed: 10,
      shiftToNow: true,
    });
    for (const wrong of [[], ['a', 'b'], ['a', '--speed', '0'], ['a', '--speed', 'fast'], ['a', '--to', 'x']])
      expect(() => parseCommand(['import', ...wrong], {})).toThrow(/import takes|--speed is|--to is/);
  });

  it('counts what it sent, and names the line it could not', async () => {
    const file = join(folder, 'recording.jsonl');
    const request = { resourceSpans: [{ scopeSpans: [{ spans: [{}, {}] }] }] };
    await writeFile(file, `${JSON.stringify(request)}\n`);
    const { url, close } = await receiver();
    expect(await type(['import', file, '--to', url])).toMatchObject({
      code: 0,
      out: expect.stringContaining('imported 2 spans, 0 log records, 0 metrics in 1 lines'),
    });
    await close();
    await writeFile(file, `${JSON.stringify(request)}\nnot json\n`);
    const { code, err } = await type(['import', file, '--to', url]);
    expect([code, err]).toEqual([64, expect.stringContaining('recording.jsonl:2: not JSON')]);
  });
});

describe('stormglass export', () => {
  it('records a run or a range, and understands how ranges are written', () => {
    const what = (...words: string[]) => {
      const command = parseCommand(['export', 'a.jsonl', ...words], {});
      return command.name === 'export' ? command.what : null;
    };
    expect(what('--run', 'r')).toEqual({ run: 'r' });
    expect(what('--from', '2026-01-31T12:00:00Z', '--to', '1769860800001')).toEqual({
      from: 1_769_860_800_000,
      to: 1_769_860_800_001,
    });
    const last = what('--last', '15m');
    expect(last !== null && 'from' in last && last.to - last.from).toBe(900_000);
    for (const wrong of [[], ['--last', '15'], ['--from', 'monday'], ['--from', '2', '--to', '1']])
      expect(() => what(...wrong), wrong.join(' ')).toThrow(/export wants|--last is|--from/);
  });

  it("carries the run along, and an import writes the run's report", async () => {
    const { url, calls } = await dashboard();
    await type(['run', 'charges-fail', '--url', url]);
    const file = join(folder, 'recording.jsonl');
    expect(await type(['export', file, '--run', 'run-1', '--url', url])).toMatchObject({
      ...{ code: 0, out: expect.stringContaining('2 lines') },
    });
    expect(calls.at(-1)).toBe('GET /api/export/recording?run=run-1');
    const { url: to, close } = await receiver();
    const report = join(folder, 'report.md');
    expect(await type(['import', file, '--to', to, '--markdown', report])).toMatchObject({
      ...{ code: 0, out: expect.stringContaining(`run run-1 of "${SPEC.title}": degraded-recovered`) },
    });
    await close();
    expect(await readFile(report, 'utf8')).toContain(SPEC.title);
  });
});

/** Takes whatever is sent to it. */
async function receiver(): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => request.resume().on('end', () => response.end('{}')));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
