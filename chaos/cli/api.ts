import {
  FaultInterval,
  type FaultSpec,
  LeaseEnded,
  type ResilienceChange,
} from '@stormglass/agents/contract';
import { z } from 'zod';
import {
  Diagnosis,
  ExperimentSpec,
  Run,
  RunSummary,
  Sweep,
  type SweepRequest,
  SweepStarted,
  SweepSummary,
} from '../contract/index.ts';
import { EventsApi } from './events-api.ts';
import { GameDaysApi } from './gamedays-api.ts';
import { type DashboardOptions, Http, named } from './http.ts';
import { SchedulesApi } from './schedules-api.ts';

const HaltState = z.object({
  halted: z.boolean(),
  by: z.string().nullable(),
  reason: z.string().nullable(),
  lastEffectGoneMs: z.number().nullable(),
  unconfirmed: z.number().int(),
});
export type HaltState = z.infer<typeof HaltState>;

/** An agent which a fault is armed on, or would be. */
const Target = z.object({
  agentId: z.string(),
  service: z.string(),
  instance: z.string(),
  detail: z.string(),
});
const Armed = z.object({ fault: FaultInterval.nullable(), targets: z.array(Target) });
export type Armed = z.infer<typeof Armed>;

const Experiments = z.object({
  experiments: z.array(z.object({ id: z.string(), spec: ExperimentSpec })),
  problems: z.array(z.object({ file: z.string(), message: z.string() })),
});
export type Experiments = z.infer<typeof Experiments>;

const Released = z.object({ fault: FaultInterval, ends: z.array(LeaseEnded) });
const Instances = z.object({ instances: z.array(z.object({ instance: z.string() })) });
const SweepFile = z.object({ name: z.string(), text: z.string() });
const Health = z.object({ version: z.string() });

/** What is recorded: a run of an experiment, or all between two instants, epoch milliseconds. */
export type Selection = { run: string } | { from: number; to: number };

/**
 * A dashboard as the command line sees it: the rows of its HTTP API which it uses. Every method throws a
 * StormglassError that says what to do next.
 */
export class Dashboard {
  readonly schedules: SchedulesApi;
  readonly events: EventsApi;
  readonly gamedays: GameDaysApi;
  readonly #http: Http;

  constructor(options: DashboardOptions) {
    this.#http = new Http(options);
    this.schedules = new SchedulesApi(this.#http);
    this.events = new EventsApi(this.#http);
    this.gamedays = new GameDaysApi(this.#http);
  }

  version(patienceMs: number): Promise<string> {
    const asked = this.#http.call({ method: 'GET', path: '/api/health', answer: Health, patienceMs });
    return asked.then(({ version }) => version);
  }

  experiments(patienceMs?: number): Promise<Experiments> {
    const patience = patienceMs === undefined ? {} : { patienceMs };
    return this.#http.call({ method: 'GET', path: '/api/experiments', answer: Experiments, ...patience });
  }

  start(experimentId: string, how: { seed: number | undefined; unprotected: boolean }): Promise<Run> {
    const body = { experimentId, ...how };
    return this.#http.call({ method: 'POST', path: '/api/runs', answer: Run, body });
  }

  run(id: string): Promise<Run> {
    return this.#http.call({ method: 'GET', path: named('/api/runs', id), answer: Run });
  }

  /** Newest first. */
  async runs(patienceMs?: number): Promise<RunSummary[]> {
    const patience = patienceMs === undefined ? {} : { patienceMs };
    const answer = z.object({ runs: z.array(RunSummary) });
    return (await this.#http.call({ method: 'GET', path: '/api/runs', answer, ...patience })).runs;
  }

  abort(id: string): Promise<Run> {
    return this.#http.call({ method: 'POST', path: named('/api/runs', id, '/abort'), answer: Run, body: {} });
  }

  /** Active ones first, then the ended ones, newest first. */
  async faults(patienceMs?: number): Promise<FaultInterval[]> {
    const patience = patienceMs === undefined ? {} : { patienceMs };
    const answer = z.object({ faults: z.array(FaultInterval) });
    return (await this.#http.call({ method: 'GET', path: '/api/faults', answer, ...patience })).faults;
  }

  /** A dry one only resolves its targets. */
  arm(spec: FaultSpec, dry: boolean): Promise<Armed> {
    return this.#http.call({ method: 'POST', path: '/api/faults', answer: Armed, body: { spec, dry } });
  }

  /** As a file has it, which the dashboard judges; it ends by itself. */
  armAsWritten(spec: unknown): Promise<unknown> {
    return this.#http.call({ method: 'POST', path: '/api/faults', answer: z.unknown(), body: { spec } });
  }

  control({ service, name, input }: { service: string; name: string; input: unknown }): Promise<unknown> {
    const path = `${named('/api/controls', service)}${named('', name)}`;
    return this.#http.call({ method: 'POST', path, answer: z.unknown(), body: { input } });
  }

  diagnose(service: string): Promise<Diagnosis> {
    const path = named('/api/services', service, '/diagnose');
    return this.#http.call({ method: 'GET', path, answer: Diagnosis });
  }

  release(id: string): Promise<z.infer<typeof Released>> {
    return this.#http.call({ method: 'DELETE', path: named('/api/faults', id), answer: Released });
  }

  async halt(reason: string): Promise<HaltState> {
    const answer = z.object({ state: HaltState });
    return (await this.#http.call({ method: 'POST', path: '/api/halt', answer, body: { reason } })).state;
  }

  unhalt(): Promise<HaltState> {
    return this.#http.call({ method: 'DELETE', path: '/api/halt', answer: HaltState });
  }

  /** Resolves with the instances that have taken the change. */
  async setResilience(service: string, body: ResilienceChange): Promise<string[]> {
    const path = named('/api/services', service, '/resilience');
    const { instances } = await this.#http.call({ method: 'POST', path, answer: Instances, body });
    return instances.map(({ instance }) => instance);
  }

  /** Newest first. */
  async sweeps(): Promise<SweepSummary[]> {
    const answer = z.object({ sweeps: z.array(SweepSummary) });
    return (await this.#http.call({ method: 'GET', path: '/api/sweeps', answer })).sweeps;
  }

  sweep(id: string): Promise<Sweep> {
    return this.#http.call({ method: 'GET', path: named('/api/sweeps', id), answer: Sweep });
  }

  /** A dry one is only planned. */
  startSweep(request: Partial<SweepRequest> & { dry: boolean }): Promise<SweepStarted> {
    return this.#http.call({ method: 'POST', path: '/api/sweeps', answer: SweepStarted, body: request });
  }

  /** Ends it, goes on with it, or reduces several of its cells to the fewest that still break something. */
  changeSweep(
    id: string,
    how: 'abort' | 'resume' | 'shrink',
    body: { cells?: string[] } = {},
  ): Promise<Sweep> {
    return this.#http.call({
      method: 'POST',
      path: named('/api/sweeps', id, `/${how}`),
      answer: Sweep,
      body,
    });
  }

  exportSweep(id: string, cell: string, as: string): Promise<z.infer<typeof SweepFile>> {
    const path = named('/api/sweeps', id, `/export?${new URLSearchParams({ cell, as })}`);
    return this.#http.call({ method: 'GET', path, answer: SweepFile });
  }

  /** A recording as it is made: lines of JSON. */
  recording(what: Selection, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const query = new URLSearchParams(Object.entries(what).map(([name, value]) => [name, String(value)]));
    return this.#http.stream(`/api/export/recording?${query}`, signal);
  }
}
