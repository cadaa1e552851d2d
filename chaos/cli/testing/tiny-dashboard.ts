import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type FaultInterval, FaultSpec, type LeaseEnded } from '@stormglass/agents/contract';
import { ExperimentSpec, Run } from '../../contract/index.ts';
import { runExperiment } from '../../engine/index.ts';
import { type Mischief, SimulatedWorld } from '../../engine/simulated-world.ts';

const query = { service: 'gateway', operation: 'POST /orders', metric: 'good_rate', window: 3 };
export const SPEC = ExperimentSpec.parse({
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

const HALTED = { halted: true, at: 1, by: 'x', reason: '', lastEffectGoneMs: 12, unconfirmed: 0 };
const END: LeaseEnded = {
  ...{ faultId: 'f-1', reason: 'released', endedAt: 2, injections: 3 },
  ...{ readBack: 'seam empty', reverted: true },
};

function intervalOf(faultId: string, spec: FaultSpec): FaultInterval {
  return {
    ...{ faultId, runId: null, owner: 'command line', spec, armedAt: 0, expiresAt: spec.durationMs },
    ...{ firstEffectAt: null, endedAt: null, endReason: null, readBack: null, reverted: null, injections: 0 },
  };
}

/** The dashboard's part of the API in front of the real engine in a simulated world; a run goes on event by event. */
export class TinyDashboard {
  readonly calls: string[] = [];
  /** Settings that were sent to orders. */
  readonly settings: unknown[] = [];
  readonly #faults = new Map<string, FaultInterval>();
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
    if (request.url === '/api/faults' && body.includes('"nobody"')) {
      const error = { code: 'target_absent', message: 'no agent of nobody is connected', next: 'Start it.' };
      response.writeHead(503).end(JSON.stringify({ error }));
      return;
    }
    const fixed = this.#fixed(`${request.method} ${request.url}`, body);
    if (fixed !== undefined) {
      response.end(JSON.stringify(fixed));
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

  /** Answers that do not depend on a run, in the shapes of the dashboard's own table. */
  #fixed(row: string, body: string): unknown {
    switch (row) {
      case 'GET /api/experiments':
        return { experiments: [{ id: 'charges-fail', spec: SPEC }], problems: [] };
      case 'GET /api/runs':
        return { runs: this.#run === null ? [] : [{ ...this.#run, title: SPEC.title }] };
      case 'GET /api/health':
        return { version: '9.9.9' };
      case 'GET /api/faults':
        return { faults: [...this.#faults.values()] };
      case 'POST /api/faults':
        return this.#arm(JSON.parse(body));
      case 'POST /api/halt':
        return { state: { ...HALTED, reason: JSON.parse(body).reason }, answers: [] };
      case 'DELETE /api/halt':
        return { ...HALTED, halted: false };
      case 'DELETE /api/faults/f-1':
        return { fault: this.#faults.get('f-1'), ends: [END] };
      case 'POST /api/services/orders/resilience':
        this.settings.push(JSON.parse(body));
        return { instances: [{ instance: 'orders-1' }] };
      default:
        return undefined;
    }
  }

  #arm({ spec, dry }: { spec: FaultSpec; dry: boolean }): unknown {
    const targets = [{ agentId: 'a', service: 'payments', instance: 'payments-1', detail: '' }];
    if (dry) return { fault: null, targets };
    const fault = intervalOf(`f-${this.#faults.size + 1}`, FaultSpec.parse(spec));
    this.#faults.set(fault.faultId, fault);
    return { fault, targets };
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
