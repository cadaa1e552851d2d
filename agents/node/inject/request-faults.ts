import type { IncomingMessage, ServerResponse } from 'node:http';
import { context, propagation, type Span, trace } from '@opentelemetry/api';
import { getRPCMetadata, RPCType } from '@opentelemetry/core';
import type { FaultPosition } from '../../contract/index.ts';
import type { Chosen, Hit } from './armed.ts';
import type { CallFaults } from './call-faults.ts';
import type { EnvoyHeaders } from './envoy-headers.ts';
import type { SelectableCall } from './selects.ts';

/** Asked by supervisors: hurt only when a fault names them, or a latency fault would restart the service. */
const PROBES = new Set(['/healthz', '/readyz', '/livez', '/health', '/metrics']);

/** What is to happen to one request, and the span that tells of it. */
export interface Strikes {
  chosen: Chosen[];
  span: Span | undefined;
}

/** The faults on requests that come in, whichever library answers them. */
export class RequestFaults {
  readonly #faults: CallFaults;
  readonly #headers: EnvoyHeaders | null;

  /** `headers` null: what requests ask for by themselves is not looked at. */
  constructor(faults: CallFaults, headers: EnvoyHeaders | null) {
    this.#faults = faults;
    this.#headers = headers;
  }

  /** Nothing can happen to any request now. */
  get idle(): boolean {
    return this.#faults.none && this.#headers === null;
  }

  choose(position: FaultPosition, request: IncomingMessage, route: string): Strikes {
    const span = serverSpan();
    const call: SelectableCall = {
      method: request.method ?? 'GET',
      route,
      traceId: span?.spanContext().traceId ?? '',
      header: (name) => textOf(request.headers[name]),
      baggage: propagation.getActiveBaggage(),
    };
    const probe = PROBES.has(route);
    const chosen = this.#faults.choose(
      position,
      call,
      ({ lease }) => !probe || lease.spec.selector.route === route,
    );
    const asked = position === 'before' ? (this.#headers?.choose(call) ?? []) : [];
    return { chosen: [...chosen, ...asked], span };
  }
}

/** Waits as a fault wants it; the caller's leaving ends it. */
export async function hold(hit: Hit, response: ServerResponse): Promise<'over' | 'gone'> {
  const gone = new AbortController();
  const leave = () => {
    // Here and not only below: the server span is ended by the next listener of the same event.
    hit.done();
    gone.abort();
  };
  response.prependListener('close', leave);
  if (response.destroyed || response.closed) leave();
  try {
    return await hit.wait(gone.signal);
  } finally {
    response.removeListener('close', leave);
    hit.done();
  }
}

export function pathOf(url: string | undefined): string {
  const path = url ?? '';
  const end = path.indexOf('?');
  return end < 0 ? path : path.slice(0, end);
}

/** Of the request that is handled now: the span of kind SERVER is named by it at its end. */
export function nameRoute(route: string): void {
  const rpc = getRPCMetadata(context.active());
  if (rpc?.type === RPCType.HTTP) rpc.route = route;
}

function textOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}

/** The span of kind SERVER, even where the active one is a child of it. */
function serverSpan(): Span | undefined {
  const active = context.active();
  const rpc = getRPCMetadata(active);
  return rpc?.type === RPCType.HTTP ? rpc.span : trace.getSpan(active);
}
