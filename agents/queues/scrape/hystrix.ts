import { z } from 'zod';
import { BREAKER_ATTR, BREAKER_STATES, type BreakerState, METRIC } from '../../contract/telemetry.ts';
import type { Measured } from './parse.ts';

/** What a `HystrixCommand` of the event stream says; a Turbine stream writes some of it as text. */
const flag = z.union([z.boolean(), z.stringbool()]).catch(false);
const count = z.number().catch(0);
const Command = z.object({
  type: z.literal('HystrixCommand'),
  name: z.string().min(1),
  isCircuitBreakerOpen: flag,
  errorPercentage: count,
  requestCount: count,
  rollingCountSuccess: count,
  rollingCountFailure: count,
  rollingCountTimeout: count,
  rollingCountShortCircuited: count,
  rollingCountThreadPoolRejected: count,
  rollingCountSemaphoreRejected: count,
  propertyValue_circuitBreakerRequestVolumeThreshold: z.number().nullable().catch(null),
  propertyValue_circuitBreakerErrorThresholdPercentage: z.number().nullable().catch(null),
  propertyValue_circuitBreakerForceOpen: flag,
  propertyValue_circuitBreakerForceClosed: flag,
  propertyValue_metricsRollingStatisticalWindowInMilliseconds: z.number().positive().catch(10_000),
});
type Command = z.infer<typeof Command>;

/** Commands of one stream; an application has tens. */
const MAX_COMMANDS = 1_000;

/** A breaker that was found in another state than before. */
export interface Move {
  name: string;
  from: BreakerState;
  to: BreakerState;
}

/** Collects what a stream says and gives it as our own metrics and events. */
export class HystrixStream {
  readonly #latest = new Map<string, Command>();
  /** When the calls of a command were counted last, milliseconds of `now`. */
  readonly #counted = new Map<string, number>();
  readonly #states = new Map<string, BreakerState>();

  /** One line of the stream. Pings and thread pools say nothing of breakers; what is no JSON is left out. */
  line(text: string): void {
    if (!text.startsWith('data:')) return;
    let data: unknown;
    try {
      data = JSON.parse(text.slice('data:'.length));
    } catch {
      // Cut off in the middle by the end of the connection; the next line says it again.
      return;
    }
    const command = Command.safeParse(data);
    if (!command.success) return;
    const { name } = command.data;
    if (this.#latest.has(name) || this.#latest.size < MAX_COMMANDS) this.#latest.set(name, command.data);
  }

  /** Breakers in another state than at the last call; to be asked before `take`. */
  moves(): Move[] {
    return [...this.#latest.values()].flatMap((command) => {
      const { name } = command;
      const [from, to] = [this.#states.get(name), breakerState(command)];
      if (from !== undefined || this.#states.size < MAX_COMMANDS) this.#states.set(name, to);
      return from === undefined || from === to ? [] : [{ name, from, to }];
    });
  }

  /** What was said since the last call. `now`: milliseconds that only go forward. */
  take(now: number): Measured[] {
    const out = [...this.#latest.values()].flatMap((command) => [
      ...stateOf(command),
      ...this.#callsOf(command, now),
    ]);
    this.#latest.clear();
    return out;
  }

  /** Hystrix counts over a window that rolls, so its counts are taken once in each whole window: none twice. */
  #callsOf(command: Command, now: number): Measured[] {
    const last = this.#counted.get(command.name) ?? Number.NEGATIVE_INFINITY;
    if (now - last < command.propertyValue_metricsRollingStatisticalWindowInMilliseconds) return [];
    if (last === Number.NEGATIVE_INFINITY && this.#counted.size >= MAX_COMMANDS) return [];
    this.#counted.set(command.name, now);
    const counts = {
      success: command.rollingCountSuccess,
      failure: command.rollingCountFailure,
      timeout: command.rollingCountTimeout,
      rejected: command.rollingCountShortCircuited,
      bulkhead_rejected: command.rollingCountThreadPoolRejected + command.rollingCountSemaphoreRejected,
    };
    return Object.entries(counts).flatMap(([outcome, value]) =>
      value > 0
        ? [measured(METRIC.breakerCalls, 'delta', value, command, { [BREAKER_ATTR.outcome]: outcome })]
        : [],
    );
  }
}

function stateOf(command: Command): Measured[] {
  const current = breakerState(command);
  const threshold = command.propertyValue_circuitBreakerErrorThresholdPercentage;
  const volume = command.propertyValue_circuitBreakerRequestVolumeThreshold;
  const limits = {
    ...(threshold === null ? {} : { [BREAKER_ATTR.threshold]: String(threshold / 100) }),
    ...(volume === null ? {} : { [BREAKER_ATTR.volume]: String(volume) }),
  };
  const states = BREAKER_STATES.map((state) =>
    measured(METRIC.breakerState, 'gauge', Number(state === current), command, {
      ...limits,
      [BREAKER_ATTR.state]: state,
    }),
  );
  if (command.requestCount === 0) return states;
  return [
    ...states,
    measured(METRIC.breakerFailureRatio, 'gauge', command.errorPercentage / 100, command, limits),
  ];
}

/** Hystrix does not tell open and half-open apart. */
function breakerState(command: Command): BreakerState {
  if (command.propertyValue_circuitBreakerForceOpen) return 'forced_open';
  if (command.propertyValue_circuitBreakerForceClosed) return 'disabled';
  return command.isCircuitBreakerOpen ? 'open' : 'closed';
}

function measured(
  name: string,
  type: 'gauge' | 'delta',
  value: number,
  command: Command,
  labels: Record<string, string>,
): Measured {
  return { name, type, value, at: null, labels: { [BREAKER_ATTR.name]: command.name, ...labels } };
}
