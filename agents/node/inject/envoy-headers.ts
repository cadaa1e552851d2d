import { metrics } from '@opentelemetry/api';
import { type CallAction, type ChaosTerms, type Lease, METRIC, RECEIPT_ATTR } from '../../contract/index.ts';
import { onHalt } from '../halting.ts';
import type { Grip } from '../leases.ts';
import { ArmedFault, type Chosen, type Surroundings } from './armed.ts';
import type { SelectableCall } from './selects.ts';

/** Longest delay that a header gets, ms. */
const MAX_DELAY_MS = 60_000;

const DELAY = 'x-envoy-fault-delay-request';
const ABORT = 'x-envoy-fault-abort-request';

/**
 * Faults that a request asks for itself, by the headers of Envoy's fault filter: delay in ms, then abort with a status, each
 * for a percentage of the requests that ask. They need no lease, since they hurt nobody else; a halt ends them, and until
 * chaos is allowed again no more are injected.
 */
export class EnvoyHeaders {
  readonly #service: string;
  readonly #around: Surroundings;
  readonly #injected = metrics.getMeter('stormglass.chaos').createCounter(METRIC.chaosInjections);
  readonly #running = new Set<ArmedFault>();
  #halted = false;

  constructor(service: string, around: Surroundings) {
    this.#service = service;
    this.#around = around;
    onHalt(() => {
      this.#halted = true;
      for (const fault of this.#running) void fault.end();
    });
  }

  accept({ halted }: ChaosTerms): void {
    this.#halted = halted;
  }

  choose(call: SelectableCall): Chosen[] {
    if (this.#halted) return [];
    return [
      this.#chosen(call, DELAY, delayOf(call.header?.(DELAY))),
      this.#chosen(call, ABORT, abortOf(call.header?.(ABORT))),
    ].filter((one) => one !== null);
  }

  #chosen(call: SelectableCall, header: string, action: CallAction | null): Chosen | null {
    const percentage = percentageOf(call.header?.(`${header}-percentage`));
    if (!action || percentage === 0) return null;
    const fault = new ArmedFault(this.#grip(header, action, percentage), action, this.#around, () =>
      this.#running.delete(fault),
    );
    const chosen = fault.choose(call);
    if (!chosen) return null;
    return {
      ...chosen,
      strike: (span) => {
        const hit = chosen.strike(span);
        if (!hit) return null;
        this.#running.add(fault);
        const done = () => {
          this.#running.delete(fault);
          hit.done();
        };
        return { ...hit, done };
      },
    };
  }

  #grip(header: string, action: CallAction, percentage: number): Grip {
    const lease: Lease = {
      faultId: header,
      owner: 'request header',
      ttlMs: MAX_DELAY_MS,
      remainingMs: MAX_DELAY_MS,
      spec: {
        action,
        target: { kind: 'service', service: this.#service },
        position: 'before',
        selector: { percentage },
        seed: 1,
        durationMs: MAX_DELAY_MS,
      },
    };
    const attributes = {
      [RECEIPT_ATTR.faultId]: header,
      [RECEIPT_ATTR.faultType]: action.type,
      [RECEIPT_ATTR.position]: 'before',
      target: this.#service,
    };
    const take = () => {
      this.#injected.add(1, attributes);
      return () => undefined;
    };
    return { lease, take };
  }
}

function delayOf(text: string | undefined): CallAction | null {
  const ms = wholeNumber(text);
  if (ms === null || ms === 0) return null;
  return { type: 'latency', ms: Math.min(ms, MAX_DELAY_MS), distribution: 'fixed', jitterMs: 0 };
}

/** Envoy takes any status from 200 to 599, and answers with this text. */
function abortOf(text: string | undefined): CallAction | null {
  const status = wholeNumber(text);
  if (status === null || status < 200 || status > 599) return null;
  const headers = { 'content-type': 'text/plain' };
  return { type: 'error', status, headers, body: 'fault filter abort', code: '', message: '' };
}

/** All, when nobody says how many; none, when it cannot be understood. */
function percentageOf(text: string | undefined): number {
  return text === undefined ? 100 : Math.min(100, wholeNumber(text) ?? 0);
}

function wholeNumber(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : null;
}
