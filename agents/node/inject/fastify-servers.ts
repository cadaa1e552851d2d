import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { OutgoingHttpHeaders, Server } from 'node:http';
import type { Span } from '@opentelemetry/api';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { assertNever } from '../../contract/index.ts';
import type { CallEffect } from './call/index.ts';
import { type BodyChosen, onBody, strikes } from './call-faults.ts';
import { pump } from './pump.ts';
import { hurtBody, only } from './reply-body.ts';
import { hold, nameRoute, pathOf, type RequestFaults } from './request-faults.ts';

/** In place of a payload: the caller has left, or has his reply already. */
const WITHHELD = Symbol('withheld');

type Answer = Extract<CallEffect, { kind: 'answer' }>;

/**
 * Faults on requests that come into a Fastify server: `before` the handler, in `onRequest`, or `after` it, in `onSend`,
 * when its effect is committed and only the reply can still be lost. Both lie inside the server span.
 */
export class FastifyServers {
  readonly #requests: RequestFaults;
  readonly #onServer: (server: Server) => void;
  readonly #replaced = new WeakSet<FastifyRequest>();
  readonly #onInit = (message: unknown): void =>
    this.#attach((message as { fastify: FastifyInstance }).fastify);

  /** `onServer` is told of each server. */
  constructor(requests: RequestFaults, onServer: (server: Server) => void) {
    this.#requests = requests;
    this.#onServer = onServer;
    subscribe('fastify.initialization', this.#onInit);
  }

  close(): void {
    unsubscribe('fastify.initialization', this.#onInit);
  }

  /** Two hooks on the root: with nothing armed each costs one comparison. A bug in here lets the call through. */
  #attach(server: FastifyInstance): void {
    this.#onServer(server.server);
    server.addHook('onRequest', (request, reply, done) => {
      if (this.#requests.idle) return done();
      this.#before(request, reply).then(
        (thrown) => thrown !== WITHHELD && done(thrown ?? undefined),
        () => done(),
      );
    });
    server.addHook('onSend', (request, reply, payload, done) => {
      if (this.#requests.idle || this.#replaced.has(request)) return done(null, payload);
      this.#after(request, reply, payload).then(
        (sent) => {
          if (sent instanceof Error) done(sent);
          else if (sent !== WITHHELD) done(null, sent);
        },
        () => done(null, payload),
      );
    });
  }

  /** Null: the handler may run. An error is thrown in its place; withheld: the reply is made, or nobody waits for it. */
  async #before(request: FastifyRequest, reply: FastifyReply): Promise<Error | typeof WITHHELD | null> {
    const { chosen, span } = this.#requests.choose('before', request.raw, routeOf(request));
    // What else would name it runs after this hook, and not at all once the caller has gone.
    if (chosen.length > 0 && request.routeOptions.url !== undefined) nameRoute(request.routeOptions.url);
    for (const hit of strikes(chosen, span)) {
      const { effect } = hit;
      switch (effect.kind) {
        case 'wait':
          if ((await hold(hit, reply.raw)) === 'gone') return WITHHELD;
          break;
        case 'answer':
          this.#replaced.add(request);
          hit.done();
          reply.code(effect.status).headers(effect.headers).send(effect.body);
          return WITHHELD;
        case 'throw':
          this.#replaced.add(request);
          hit.done();
          return effect.error;
        case 'reset':
          hit.done();
          request.raw.socket.resetAndDestroy();
          return WITHHELD;
        default:
          assertNever(effect);
      }
    }
    return null;
  }

  /** What is sent in the end, or an error that is thrown in its place. */
  async #after(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
    const { chosen, span } = this.#requests.choose('after', request.raw, routeOf(request));
    for (const hit of strikes(chosen, span)) {
      const { effect } = hit;
      if (effect.kind === 'wait') {
        if ((await hold(hit, reply.raw)) === 'over') continue;
        discard(payload);
        return WITHHELD;
      }
      hit.done();
      discard(payload);
      this.#replaced.add(request);
      if (effect.kind === 'throw') return effect.error;
      if (effect.kind === 'answer') return replace(reply, effect);
      request.raw.socket.resetAndDestroy();
      return WITHHELD;
    }
    const body = request.method === 'HEAD' ? [] : onBody(chosen);
    return body.length > 0 && (await this.#send(reply, payload, body, span)) ? WITHHELD : payload;
  }

  /** Sends the reply itself, as its faults let it come. False where it has no body that could be hurt. */
  async #send(reply: FastifyReply, payload: unknown, chosen: BodyChosen[], span: Span | undefined) {
    const source = bytesOf(payload);
    if (!source) return false;
    const { raw } = reply;
    const { body, length } = await hurtBody(source.body, chosen, span);
    const known = length ?? source.length;
    if (known !== null) reply.header('content-length', known);
    raw.writeHead(reply.statusCode, reply.getHeaders() as OutgoingHttpHeaders);
    void pump(raw, raw, body);
    return true;
  }
}

function routeOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? pathOf(request.url);
}

function replace(reply: FastifyReply, { status, headers, body }: Answer): string {
  for (const name of ['content-length', 'content-encoding', 'etag']) reply.removeHeader(name);
  reply.code(status).headers(headers);
  return body;
}

/** A payload of `onSend` as bytes; null for one that has none, or is a web Response. */
function bytesOf(payload: unknown): { body: AsyncIterable<Uint8Array>; length: number | null } | null {
  if (typeof payload === 'string' || payload instanceof Uint8Array) {
    const bytes = Buffer.from(payload);
    return bytes.length === 0 ? null : { body: only(bytes), length: bytes.length };
  }
  const streams = typeof payload === 'object' && payload !== null && Symbol.asyncIterator in payload;
  return streams ? { body: asBytes(payload as AsyncIterable<string | Uint8Array>), length: null } : null;
}

async function* asBytes(chunks: AsyncIterable<string | Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

function discard(payload: unknown): void {
  if (typeof payload === 'object' && payload !== null && 'destroy' in payload) {
    if (typeof payload.destroy === 'function') payload.destroy();
  }
}
