import { createRequire } from 'node:module';
import { context, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import type { Dispatcher } from 'undici';
import { type FaultPosition, StormglassError } from '../../contract/index.ts';
import type { Effect, Grip, Injector } from '../leases.ts';
import type { Peers } from '../peers.ts';
import { ArmedFault, type Chosen, type Hit, isCallAction } from './armed.ts';
import { canRepeat, repeatable } from './body.ts';
import { OutCall } from './out-call.ts';

type Options = Dispatcher.DispatchOptions & { [PASSED]?: true };
type Handler = Dispatcher.DispatchHandler;
type Dispatch = (this: object, options: Options, handler: Handler) => boolean;
interface DispatchOwner {
  dispatch: Dispatch;
}

/** On the options of a call which has been through here: pools hand it on to clients, by the same method. */
const PASSED = Symbol('stormglass passed');
const DISPATCHER_BASE = /\/undici\/lib\/dispatcher\/dispatcher-base\.js$/;
const GLOBAL_DISPATCHERS = [Symbol.for('undici.globalDispatcher.2'), Symbol.for('undici.globalDispatcher.1')];

/**
 * Faults on calls that go out through undici, the npm package in any copy and version of the new handler interface, or
 * the one behind the global `fetch`. The seam is put in when the first such fault is armed and taken out with the last:
 * without faults it does not exist.
 */
export class HttpOutSeam implements Injector {
  readonly capabilities = ['latency', 'error', 'hang', 'reset'].map((type) => `${type}:edge`);
  readonly #peers: Peers;
  readonly #patched = new Map<DispatchOwner, { original: Dispatch; patched: Dispatch }>();
  #armed: { to: string; fault: ArmedFault }[] = [];

  constructor(peers: Peers) {
    this.#peers = peers;
  }

  arm(grip: Grip): Effect {
    const { action, target } = grip.lease.spec;
    if (target.kind !== 'edge' || !isCallAction(action)) {
      throw new StormglassError(
        'fault_unsupported',
        `${action.type} does not apply to calls`,
        'Choose another.',
      );
    }
    const fault = new ArmedFault(grip, action, () => {
      this.#armed = this.#armed.filter((other) => other.fault !== fault);
      if (this.#armed.length === 0) this.#unpatch();
    });
    this.#armed = [...this.#armed, { to: target.to, fault }];
    this.#patch();
    return fault;
  }

  #patch(): void {
    for (const owner of findDispatchers()) {
      if (this.#patched.has(owner)) continue;
      const original = owner.dispatch;
      const seam = this;
      const patched: Dispatch = function (this: object, options, handler) {
        return seam.#dispatch(this, original, options, handler);
      };
      owner.dispatch = patched;
      this.#patched.set(owner, { original, patched });
    }
  }

  #unpatch(): void {
    for (const [owner, { original, patched }] of this.#patched) {
      // Somebody may have patched over us since; then ours stays below theirs and lets everything through.
      if (owner.dispatch !== patched) continue;
      owner.dispatch = original;
      this.#patched.delete(owner);
    }
  }

  #dispatch(self: object, original: Dispatch, options: Options, handler: Handler): boolean {
    if (this.#armed.length === 0 || options?.[PASSED] || typeof handler?.onResponseStart !== 'function') {
      return original.call(self, options, handler);
    }
    const origin = URL.parse(String(options.origin ?? ownUrl(self) ?? ''));
    const chosen = this.#choose(origin, options);
    if (Object.values(chosen).every((picked) => picked.length === 0) || !origin) {
      return original.call(self, options, handler);
    }
    const span = this.#startSpan(origin, options);
    const inside = trace.setSpan(context.active(), span);
    // Read before anybody sends it: what is sent later, or twice, may outlive its caller.
    const kept = chosen.late.length + chosen.duplicate.length > 0 ? repeatable(options.body) : null;
    const call = new OutCall({
      handler,
      // The instrumentation's own span is suppressed: ours is the one CLIENT span, and it contains the delay.
      send: async (relay) => {
        const again = { ...options, headers: carrying(options.headers, inside), [PASSED]: true } as Options;
        if (kept) again.body = await kept;
        context.with(suppressTracing(inside), () => original.call(self, again, relay));
      },
      hits: (position) => strikes(chosen[position], span),
      headersTimeoutMs: options.headersTimeout ?? 0,
      ended: (outcome) => endSpan(span, outcome),
    });
    call.run().catch((error: unknown) => handler.onResponseError?.(UNUSED, asError(error)));
    return true;
  }

  #choose(origin: URL | null, options: Options): Record<FaultPosition, Chosen[]> {
    const chosen: Record<FaultPosition, Chosen[]> = { before: [], after: [], late: [], duplicate: [] };
    if (!origin) return chosen;
    const peer = this.#peers.ofOrigin(origin);
    const call = {
      method: options.method,
      route: options.path.split('?', 1)[0] ?? '',
      traceId: trace.getSpanContext(context.active())?.traceId ?? '',
    };
    for (const { to, fault } of this.#armed) {
      if (to !== peer && to !== origin.host) continue;
      const again = fault.position === 'late' || fault.position === 'duplicate';
      if (again && !canRepeat(options.body)) continue;
      const pick = fault.choose(call);
      if (pick) chosen[fault.position].push(pick);
    }
    return chosen;
  }

  #startSpan(origin: URL, options: Options): Span {
    const peer = this.#peers.ofOrigin(origin);
    const port = Number(origin.port || (origin.protocol === 'https:' ? 443 : 80));
    return trace.getTracer('stormglass.undici').startSpan(options.method, {
      kind: SpanKind.CLIENT,
      attributes: {
        'http.request.method': options.method,
        'url.full': `${origin.origin}${options.path}`,
        'url.path': options.path.split('?', 1)[0] ?? '',
        'url.scheme': origin.protocol.slice(0, -1),
        'server.address': origin.hostname,
        'server.port': port,
        ...(peer === undefined ? {} : { 'peer.service': peer }),
      },
    });
  }
}

/** Stands for undici's controller where the call broke before it had one. */
const UNUSED: Dispatcher.DispatchController = {
  aborted: true,
  paused: false,
  reason: null,
  abort: () => {},
  pause: () => {},
  resume: () => {},
};

function* strikes(chosen: Chosen[], span: Span): Generator<Hit> {
  for (const one of chosen) {
    const hit = one.strike(span);
    if (hit) yield hit;
  }
}

function endSpan(span: Span, outcome: { status: number } | { error: Error }): void {
  if ('error' in outcome) {
    const { error } = outcome;
    const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
    span.setAttribute('error.type', code);
    span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
  } else {
    span.setAttribute('http.response.status_code', outcome.status);
    if (outcome.status >= 400) {
      span.setAttribute('error.type', String(outcome.status));
      span.setStatus({ code: SpanStatusCode.ERROR });
    }
  }
  span.end();
}

/** Every class of undici that sends requests inherits `dispatch` from one prototype per copy of the library. */
function findDispatchers(): DispatchOwner[] {
  const found = new Set<DispatchOwner>();
  for (const [file, module] of Object.entries(createRequire(import.meta.url).cache)) {
    if (!module || !DISPATCHER_BASE.test(file.replaceAll('\\', '/'))) continue;
    const prototype: unknown = module.exports?.prototype;
    if (ownsDispatch(prototype)) found.add(prototype);
  }
  // Touching a class of the fetch family makes Node load its built-in copy, if it has not yet.
  void new Headers();
  for (const symbol of GLOBAL_DISPATCHERS) {
    let owner: unknown = Reflect.get(globalThis, symbol);
    while (owner && !ownsDispatch(owner)) owner = Object.getPrototypeOf(owner);
    if (ownsDispatch(owner) && !isWrapper(owner)) found.add(owner);
  }
  return [...found];
}

function ownsDispatch(value: unknown): value is DispatchOwner {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'dispatch');
}

/** Turns handlers of the old interface into new ones and passes them to a dispatcher that we have anyway. */
function isWrapper(owner: object): boolean {
  return owner.constructor?.name === 'Dispatcher1Wrapper';
}

/** Pools and clients know their origin; it need not be in the options. */
function ownUrl(dispatcher: object): unknown {
  const symbol = Object.getOwnPropertySymbols(dispatcher).find((s) => s.description === 'url');
  return symbol === undefined ? undefined : Reflect.get(dispatcher, symbol);
}

function carrying(
  headers: Options['headers'],
  active: ReturnType<typeof context.active>,
): Options['headers'] {
  const added: Record<string, string> = {};
  propagation.inject(active, added);
  if (Array.isArray(headers)) return [...headers, ...Object.entries(added).flat()];
  if (headers && typeof headers === 'object' && Symbol.iterator in headers) {
    return [...(headers as Iterable<[string, string]>), ...Object.entries(added)];
  }
  return { ...headers, ...added };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
