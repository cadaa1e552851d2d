import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ServerResponse } from 'node:http';
import { context, type Span, trace } from '@opentelemetry/api';
import { getRPCMetadata, RPCType } from '@opentelemetry/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type FaultPosition, StormglassError } from '../../contract/index.ts';
import type { Effect, Grip, Injector } from '../leases.ts';
import { ArmedFault, type Hit, isCallAction } from './armed.ts';

/** Asked by supervisors: hurt only when a fault names them, or a latency fault would restart the service. */
const PROBES = new Set(['/healthz', '/readyz', '/livez', '/health', '/metrics']);

/** In place of a payload: the caller has left, there is nothing to send. */
const WITHHELD = Symbol('withheld');

/**
 * Faults on requests that come into a Fastify server: `before` the handler, in `onRequest`, or `after` it, in `onSend`,
 * when its effect is committed and only the reply can still be lost. Both lie inside the server span.
 */
export class HttpInSeam implements Injector {
  #servers = 0;
  readonly #onChange: () => void;
  #armed: ArmedFault[] = [];
  readonly #replaced = new WeakSet<FastifyRequest>();
  readonly #onServer = (message: unknown): void =>
    this.#attach((message as { fastify: FastifyInstance }).fastify);

  /** `onChange` is told when the first server appears, and with it the ability. */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
    subscribe('fastify.initialization', this.#onServer);
  }

  get capabilities(): string[] {
    return this.#servers === 0 ? [] : ['latency', 'error', 'hang', 'reset'].map((type) => `${type}:service`);
  }

  close(): void {
    unsubscribe('fastify.initialization', this.#onServer);
  }

  arm(grip: Grip): Effect {
    const { action } = grip.lease.spec;
    if (!isCallAction(action)) {
      throw new StormglassError(
        'fault_unsupported',
        `${action.type} does not apply to requests`,
        'Choose another.',
      );
    }
    const fault = new ArmedFault(grip, action, () => {
      this.#armed = this.#armed.filter((other) => other !== fault);
    });
    this.#armed = [...this.#armed, fault];
    return fault;
  }

  /** Two hooks on the root: with nothing armed each costs one comparison. A bug in here lets the call through. */
  #attach(server: FastifyInstance): void {
    if (this.#servers++ === 0) this.#onChange();
    server.addHook('onRequest', (request, reply, done) => {
      if (this.#armed.length === 0) return done();
      this.#before(request, reply).then(
        (passes) => passes && done(),
        () => done(),
      );
    });
    server.addHook('onSend', (request, reply, payload, done) => {
      if (this.#armed.length === 0 || this.#replaced.has(request)) return done(null, payload);
      this.#after(request, reply, payload).then(
        (sent) => sent !== WITHHELD && done(null, sent),
        () => done(null, payload),
      );
    });
  }

  /** False when the handler must not run: the reply is made here, or nobody waits for one any more. */
  async #before(request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
    for (const hit of this.#hits('before', request)) {
      if (hit.action.type === 'error') {
        this.#replaced.add(request);
        hit.done();
        refuse(reply, hit.action.status);
        reply.send(hit.action.body);
        return false;
      }
      if (hit.action.type === 'reset') {
        cut(hit, request);
        return false;
      }
      if ((await hold(hit, reply.raw)) === 'gone') return false;
    }
    return true;
  }

  /** What is sent in the end. */
  async #after(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
    for (const hit of this.#hits('after', request)) {
      if (hit.action.type === 'error') {
        this.#replaced.add(request);
        hit.done();
        refuse(reply, hit.action.status);
        discard(payload);
        return hit.action.body;
      }
      if (hit.action.type === 'reset') {
        cut(hit, request);
        discard(payload);
        return WITHHELD;
      }
      if ((await hold(hit, reply.raw)) === 'gone') {
        discard(payload);
        return WITHHELD;
      }
    }
    return payload;
  }

  *#hits(position: FaultPosition, request: FastifyRequest): Generator<Hit> {
    const route = request.routeOptions.url ?? pathOf(request.url);
    const span = serverSpan();
    const call = { method: request.method, route, traceId: span?.spanContext().traceId ?? '' };
    for (const fault of this.#armed) {
      if (fault.position !== position) continue;
      if (PROBES.has(route) && fault.lease.spec.selector.route !== route) continue;
      const hit = fault.choose(call)?.strike(span);
      if (hit) yield hit;
    }
  }
}

async function hold(hit: Hit, response: ServerResponse): Promise<'over' | 'gone'> {
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

/** A real RST: the caller sees ECONNRESET, not a connection that ends in order. */
function cut(hit: Hit, request: FastifyRequest): void {
  hit.done();
  request.raw.socket.resetAndDestroy();
}

function refuse(reply: FastifyReply, status: number): void {
  reply.code(status);
  for (const name of ['content-length', 'content-encoding', 'etag']) reply.removeHeader(name);
  reply.header('content-type', 'application/json; charset=utf-8');
}

function discard(payload: unknown): void {
  if (typeof payload === 'object' && payload !== null && 'destroy' in payload) {
    if (typeof payload.destroy === 'function') payload.destroy();
  }
}

/** The span of kind SERVER, even where the active one is a child of it. */
function serverSpan(): Span | undefined {
  const active = context.active();
  const rpc = getRPCMetadata(active);
  return rpc?.type === RPCType.HTTP ? rpc.span : trace.getSpan(active);
}

function pathOf(url: string): string {
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}
