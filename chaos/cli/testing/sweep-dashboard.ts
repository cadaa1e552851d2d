import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import {
  type Shrink,
  type Sweep,
  type SweepHead,
  type SweepPlan,
  SweepRequest,
  SweepSummary,
} from '../../contract/index.ts';
import { heatMap, knownOf, planSweep, proposals, runSweep } from '../../sweep/index.ts';
import { type Effect, SimulatedShop } from '../../sweep/simulated-shop.ts';

/** The rows of the API that the command line uses for sweeps, over the real sweep in a simulated shop. */
export class SweepDashboard {
  /** Bodies of what was asked, in order. */
  readonly asked: unknown[] = [];
  readonly #shop: SimulatedShop;
  readonly #server: Server;
  readonly #stop = new AbortController();
  #sweep: Sweep | null = null;

  constructor(effect: Effect) {
    this.#shop = new SimulatedShop({ effect });
    this.#server = createServer(async (request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(await this.#answer(request)));
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((ready) => this.#server.listen(0, '127.0.0.1', ready));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): Promise<void> {
    this.#stop.abort();
    this.#server.closeAllConnections();
    return new Promise((closed) => this.#server.close(() => closed()));
  }

  async #answer(request: IncomingMessage): Promise<unknown> {
    const body = request.method === 'POST' ? await json(request) : undefined;
    if (body !== undefined) this.asked.push(body);
    const { pathname } = new URL(request.url ?? '', 'http://localhost');
    if (request.method === 'POST' && pathname === '/api/sweeps') return this.#start(body);
    if (pathname === '/api/sweeps') return { sweeps: this.#listed() };
    if (pathname.endsWith('/export')) return { name: 'cell.yaml', text: `asked: ${request.url}\n` };
    if (pathname.endsWith('/abort')) this.#stop.abort(new Error('stopped by a person'));
    if (pathname.endsWith('/shrink')) this.#shrunk();
    return this.#sweep;
  }

  #start(body: unknown): unknown {
    const request = SweepRequest.parse(body);
    const observed = this.#shop.observed();
    const plan = planSweep({ request, observed, known: [], refusal: () => null });
    const head: SweepHead = {
      ...{ id: 'sweep-1', request, cells: plan.cells.length, state: 'running', why: '', startedBy: 'test' },
      ...{ startedAt: 0, endedAt: null, spentMs: 0, shrinks: [] },
    };
    const heat = heatMap({ plan, results: [], running: [], state: 'running' });
    const dry = typeof body === 'object' && body !== null && 'dry' in body && body.dry === true;
    if (dry) return { sweep: null, plan, heat };
    this.#sweep = { ...head, plan, results: [], running: [], heat, proposals: [] };
    void this.#drive(head, plan);
    return { sweep: this.#sweep, plan, heat };
  }

  async #drive({ request }: SweepHead, plan: SweepPlan): Promise<void> {
    const leftMs = request.minutes * 60_000;
    const task = {
      cells: plan.cells,
      request,
      leftMs,
      ports: this.#shop,
      quietSince: 0,
      signal: this.#stop.signal,
    };
    for await (const event of runSweep(task)) {
      const sweep = this.#sweep;
      if (sweep === null) return;
      if (event.type === 'judged') sweep.results.push(event.result);
      if (event.type !== 'ended') continue;
      Object.assign(sweep, { state: event.why === '' ? 'ended' : 'stopped', why: event.why });
      sweep.heat = heatMap({ ...sweep, plan });
      sweep.proposals = proposals(plan, sweep.results, knownOf(sweep.results));
    }
  }

  #listed(): unknown[] {
    if (this.#sweep === null) return [];
    const summary = SweepSummary.parse({ ...this.#sweep, verdicts: {} });
    return [summary];
  }

  #shrunk(): void {
    const result = this.#sweep?.results[0];
    if (result === undefined) return;
    const shrink: Shrink = {
      ...{ id: 'shrink-1', cells: ['a', 'b'], state: 'ended', why: '' },
      ...{ tries: [{ cells: ['a'], result }], smallest: ['a'] },
    };
    this.#sweep?.shrinks.push(shrink);
  }
}
