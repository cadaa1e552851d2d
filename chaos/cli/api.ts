import { ErrorBody, StormglassError } from '@stormglass/agents/contract';
import { z } from 'zod';
import { Run } from '../contract/index.ts';
import type { Selection } from './arguments.ts';

/** The few rows of the dashboard's HTTP API which the command line uses. */
const PATHS = {
  runs: '/api/runs',
  run: (id: string) => `/api/runs/${encodeURIComponent(id)}`,
  abort: (id: string) => `/api/runs/${encodeURIComponent(id)}/abort`,
  halt: '/api/halt',
  health: '/api/health',
  faults: '/api/faults',
  control: (service: string, name: string) =>
    `/api/controls/${encodeURIComponent(service)}/${encodeURIComponent(name)}`,
  recording: '/api/export/recording',
} as const;

/** No answer of the dashboard takes longer, milliseconds; an abort waits for the read-back of its faults. */
const PATIENCE_MS = 15_000;

const Halted = z.object({
  halted: z.boolean(),
  lastEffectGoneMs: z.number().nullable(),
  unconfirmed: z.number().int().default(0),
});
export type Halted = z.infer<typeof Halted>;

export interface DashboardOptions {
  /** `http://127.0.0.1:4000` */
  url: string;
  /** Login token, for a dashboard which is not on loopback. */
  token?: string | undefined;
}

/** A dashboard as the command line sees it. Every method throws a StormglassError that says what to do next. */
export class Dashboard {
  readonly #url: string;
  readonly #headers: Record<string, string>;

  constructor({ url, token }: DashboardOptions) {
    this.#url = url.replace(/\/+$/, '');
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  }

  start(experimentId: string, how: { seed: number | undefined; unprotected: boolean }): Promise<Run> {
    return this.#call('POST', PATHS.runs, Run, { experimentId, ...how });
  }

  run(id: string): Promise<Run> {
    return this.#call('GET', PATHS.run(id), Run);
  }

  abort(id: string): Promise<Run> {
    return this.#call('POST', PATHS.abort(id), Run, {});
  }

  halt(reason: string): Promise<Halted> {
    return this.#call('POST', PATHS.halt, Halted, { reason });
  }

  /** Throws unless a dashboard answers. */
  async health(): Promise<void> {
    await this.#call('GET', PATHS.health, z.unknown());
  }

  /** Arms a fault outside of any run; it ends by itself. */
  arm(spec: unknown): Promise<unknown> {
    return this.#call('POST', PATHS.faults, z.unknown(), { spec });
  }

  control(wanted: { service: string; name: string; input: unknown }): Promise<unknown> {
    const { service, name, input } = wanted;
    return this.#call('POST', PATHS.control(service, name), z.unknown(), { input });
  }

  /** A recording as it is made: lines of JSON, the first of which takes as long as it takes. */
  async recording(what: Selection, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const query = new URLSearchParams(Object.entries(what).map(([name, value]) => [name, String(value)]));
    const url = `${this.#url}${PATHS.recording}?${query}`;
    const response = await fetch(url, { headers: this.#headers, signal }).catch(this.#absent);
    if (!response.ok || response.body === null)
      throw refusalOf(response.status, url, parseJson(await response.text()));
    return response.body;
  }

  readonly #absent = (cause: unknown): never => {
    throw new StormglassError(
      'target_absent',
      `No dashboard answers at ${this.#url}.`,
      'Start it with `npm start`, or name it with --url.',
      { cause },
    );
  };

  async #call<T extends z.ZodType>(
    method: string,
    path: string,
    answer: T,
    body?: unknown,
  ): Promise<z.output<T>> {
    const url = `${this.#url}${path}`;
    const response = await fetch(url, {
      method,
      headers: body === undefined ? this.#headers : { ...this.#headers, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch(this.#absent);
    const text = await response.text();
    const json = parseJson(text);
    if (!response.ok) throw refusalOf(response.status, url, json);
    const parsed = answer.safeParse(json);
    if (parsed.success) return parsed.data;
    const message = `${url} answered ${response.status} with something this version does not understand.`;
    throw new StormglassError(
      'internal',
      message,
      'Use the command line of the same version as the dashboard.',
      {
        cause: parsed.error,
      },
    );
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No JSON is an answer too (a proxy's page): the caller finds that it has the wrong shape and says so.
    return undefined;
  }
}

function refusalOf(status: number, url: string, json: unknown): StormglassError {
  const known = ErrorBody.safeParse(json);
  if (known.success) return StormglassError.from(known.data);
  return new StormglassError(
    'internal',
    `${url} answered ${status}.`,
    'Is this the URL of a Stormglass dashboard?',
  );
}
