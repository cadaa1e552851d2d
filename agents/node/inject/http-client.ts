import { EventEmitter } from 'node:events';
import {
  Agent,
  type ClientRequest,
  type IncomingMessage,
  request as plain,
  type RequestOptions,
  Server,
  type ServerResponse,
} from 'node:http';
import { request as tls } from 'node:https';
import { type Context, context, propagation, type Span, trace } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { LoopSocket } from './loop-socket.ts';
import type { Pick } from './pick.ts';
import { ProxiedCall, type Sending } from './proxied-call.ts';
import type { SelectableCall } from './selects.ts';

interface CallOptions {
  host?: string | null;
  port?: number | string | null;
  path?: string | null;
  signal?: unknown;
  [PASSED]?: true;
}
type AddRequest = (
  this: Agent,
  request: ClientRequest & Internals,
  options: CallOptions,
  ...rest: unknown[]
) => void;
/** What an agent may use of a request, as published agents do. */
interface Internals {
  onSocket(socket: LoopSocket): void;
  timeout?: number;
}
interface AgentLike {
  addRequest: AddRequest;
}

/** On the options of a call that one of ours makes in the caller's place. */
const PASSED = Symbol('stormglass passed');

/**
 * Faults on calls that go out through `node:http` and `node:https`. A call which is hurt gets, in place of a connection to its
 * callee, one to a server within this process, which sends the real one on and hurts it on its way. The seam is there only
 * while a fault is armed.
 */
export class HttpClientSeam {
  readonly #pick: Pick;
  readonly #server = quietServer((request, response) => this.#serve(request, response));
  readonly #calls = new WeakMap<object, ProxiedCall>();
  #original: AddRequest | null = null;

  constructor(pick: Pick) {
    this.#pick = pick;
  }

  patch(): void {
    if (this.#original) return;
    const owner = Agent.prototype as unknown as AgentLike;
    const original = owner.addRequest;
    const seam = this;
    this.#original = original;
    owner.addRequest = function (this: Agent, request, options, ...rest) {
      if (options?.[PASSED] || !seam.#hurt(this, request, options))
        original.call(this, request, options, ...rest);
    };
  }

  unpatch(): void {
    if (this.#original) (Agent.prototype as unknown as AgentLike).addRequest = this.#original;
    this.#original = null;
  }

  /** False: nothing happens to it, or could be done to it. */
  #hurt(agent: Agent, request: ClientRequest & Internals, options: CallOptions): boolean {
    try {
      const origin = originOf(agent, request, options);
      // A connection that changes its protocol, and one that waits for a 100, are not ours to relay.
      if (
        !origin ||
        request.method === 'CONNECT' ||
        request.hasHeader('upgrade') ||
        request.hasHeader('expect')
      )
        return false;
      const span = trace.getActiveSpan();
      const picked = this.#pick(origin, describe(request, span), true);
      if (!picked) return false;
      const [near, far] = LoopSocket.pair();
      const inside = context.active();
      this.#calls.set(far, new ProxiedCall(picked, span, sender(agent, options, inside), near));
      if (request.timeout) near.setTimeout(request.timeout);
      request.onSocket(near);
      this.#server.emit('connection', far);
      return true;
    } catch {
      return false;
    }
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    this.#calls.get(request.socket)?.run(request, response);
  }
}

/** A server that nobody else watches: what comes to it is no request to this process. */
function quietServer(handler: (request: IncomingMessage, response: ServerResponse) => void): Server {
  const server = new Server({ requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0 }, handler);
  server.emit = EventEmitter.prototype.emit;
  return server;
}

/** The real call: as the caller's, by the caller's own agent. */
function sender(agent: Agent, options: CallOptions, inside: Context): Sending {
  const secure = isSecure(agent);
  return (request) => {
    const { signal: _, ...own } = options;
    const headers = withoutHop(request.rawHeaders);
    const { method, url: path } = request;
    const call = { ...own, agent, headers, setHost: false, method, path, [PASSED]: true } as RequestOptions;
    return context.with(suppressTracing(inside), () => (secure ? tls : plain)(call));
  };
}

function isSecure(agent: Agent): boolean {
  return 'protocol' in agent && agent.protocol === 'https:';
}

function originOf(agent: Agent, request: ClientRequest, options: CallOptions): URL | null {
  const secure = isSecure(agent);
  const host = options.host ?? request.host;
  const name = host.includes(':') ? `[${host}]` : host;
  return URL.parse(`${secure ? 'https' : 'http'}://${name}:${options.port ?? (secure ? 443 : 80)}`);
}

function describe(request: ClientRequest, span: Span | undefined): SelectableCall {
  return {
    method: request.method,
    route: request.path.split('?', 1)[0] ?? '',
    traceId: span?.spanContext().traceId ?? '',
    header: (name) => {
      const value = request.getHeader(name);
      return value === undefined ? undefined : String(value);
    },
    baggage: propagation.getActiveBaggage(),
  };
}

/** All but what is about the connection: that to the callee is one of its own. */
function withoutHop(raw: readonly string[]): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = {};
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const [name = '', value = ''] = [raw[i], raw[i + 1]];
    if (name.toLowerCase() === 'connection') continue;
    const known = kept[name];
    kept[name] = known === undefined ? value : [known, value].flat();
  }
  return kept;
}
