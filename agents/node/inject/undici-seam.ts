import { createRequire } from 'node:module';
import { context, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import type { Dispatcher } from 'undici';
import type { Peers } from '../peers.ts';
import { canRepeat, repeatable } from './body.ts';
import { onBody, strikes } from './call-faults.ts';
import { OutCall } from './out-call.ts';
import type { Pick, Picked } from './pick.ts';
import type { SelectableCall } from './selects.ts';

type Options = Dispatcher.DispatchOptions & { [PASSED]?: true };
type Handler = Dispatcher.DispatchHandler;
type Dispatch = (this: object, options: Options, handler: Handler) => boolean;
type Send = (options: Options, handler: Handler) => void;
interface DispatchOwner {
  dispatch: Dispatch;
}

/** On the options of a call which has been through here: pools hand it on to clients, by the same method. */
const PASSED = Symbol('stormglass passed');
const DISPATCHER_BASE = /\/undici\/lib\/dispatcher\/dispatcher-base\.js$/;
const GLOBAL_DISPATCHERS = [Symbol.for('undici.globalDispatcher.2'), Symbol.for('undici.globalDispatcher.1')];

/**
 * Faults on calls that go out through undici, the npm package in any copy and version of the new handler interface, or
 * the one behind the global `fetch`. The seam is there only while a fault is armed.
 */
export class UndiciSeam {
  readonly #pick: Pick;
  readonly #peers: Peers;
  readonly #patched = new Map<DispatchOwner, { original: Dispatch; patched: Dispatch }>();

  constructor(pick: Pick, peers: Peers) {
    this.#pick = pick;
    this.#peers = peers;
  }

  patch(): void {
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

  unpatch(): void {
    for (const [owner, { original, patched }] of this.#patched) {
      // Somebody may have patched over us since; then ours stays below theirs and lets everything through.
      if (owner.dispatch !== patched) continue;
      owner.dispatch = original;
      this.#patched.delete(owner);
    }
  }

  #dispatch(self: object, original: Dispatch, options: Options, handler: Handler): boolean {
    if (options?.[PASSED] || typeof handler?.onResponseStart !== 'function')
      return original.call(self, options, handler);
    const hurt = this.#hurt(self, original, options, handler);
    // Marked all the same: an agent hands it to a pool and that to a client, which must not decide anew.
    if (!hurt) return original.call(self, { ...options, [PASSED]: true }, handler);
    hurt.run().catch((error: unknown) => handler.onResponseError?.(UNUSED, asError(error)));
    return true;
  }

  /** Null: nothing happens to the call, or we could not make it happen. */
  #hurt(self: object, original: Dispatch, options: Options, handler: Handler): OutCall | null {
    try {
      const origin = URL.parse(String(options.origin ?? ownUrl(self) ?? ''));
      const picked = origin && this.#pick(origin, describe(options), canRepeat(options.body));
      return (
        picked &&
        this.#call(origin, picked, (again, relay) => original.call(self, again, relay), options, handler)
      );
    } catch {
      return null;
    }
  }

  #call(origin: URL, picked: Picked, send: Send, options: Options, handler: Handler): OutCall {
    const span = this.#startSpan(origin, options);
    const inside = trace.setSpan(context.active(), span);
    // Read before anybody sends it: what is sent later, or twice, may outlive its caller.
    const kept = picked.late.length + picked.duplicate.length > 0 ? repeatable(options.body) : null;
    return new OutCall({
      handler,
      // The instrumentation's own span is suppressed: ours is the one CLIENT span, and it contains the delay.
      send: async (relay) => {
        const again = { ...options, headers: carrying(options.headers, inside), [PASSED]: true } as Options;
        if (kept) again.body = await kept;
        context.with(suppressTracing(inside), () => send(again, relay));
      },
      hits: (position) => strikes(picked[position], span),
      body: options.method === 'HEAD' ? [] : onBody(picked.after),
      span,
      headersTimeoutMs: options.headersTimeout ?? 0,
      ended: (outcome) => endSpan(span, outcome),
    });
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

function describe({ method, path, headers }: Options): SelectableCall {
  return {
    method,
    route: path.split('?', 1)[0] ?? '',
    traceId: trace.getSpanContext(context.active())?.traceId ?? '',
    header: (name) => headerOf(headers, name),
    baggage: propagation.getActiveBaggage(),
  };
}

/** In any of the forms that undici takes headers in. */
function headerOf(headers: Options['headers'], name: string): string | undefined {
  if (!headers) return undefined;
  if (Array.isArray(headers)) {
    const flat: unknown[] = headers.flat();
    const at = flat.findIndex((one, i) => i % 2 === 0 && String(one).toLowerCase() === name);
    return at < 0 ? undefined : String(flat[at + 1]);
  }
  const pairs =
    Symbol.iterator in headers ? (headers as Iterable<[string, unknown]>) : Object.entries(headers);
  for (const [key, value] of pairs) if (key.toLowerCase() === name) return String(value);
  return undefined;
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
