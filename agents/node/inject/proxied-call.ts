import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { Span } from '@opentelemetry/api';
import type { FaultPosition } from '../../contract/index.ts';
import type { Hit } from './armed.ts';
import { resetByPeer } from './call/index.ts';
import { type CallHit, onBody, strikes } from './call-faults.ts';
import { answerWith } from './held-reply.ts';
import type { LoopSocket } from './loop-socket.ts';
import type { Picked } from './pick.ts';
import { pump } from './pump.ts';
import { hurtBody } from './reply-body.ts';

/** Makes the real call, without a body yet. */
export type Sending = (request: IncomingMessage) => ClientRequest;

/** Bodies are kept for a call that is made later, or twice, up to so many bytes; longer ones are made once. */
const MAX_KEPT = 4 * 1024 * 1024;
const NEVER = new AbortController().signal;

/** One call of a `node:http` client, between its caller and its callee. */
export class ProxiedCall {
  readonly #picked: Picked;
  readonly #span: Span | undefined;
  readonly #send: Sending;
  readonly #near: LoopSocket;
  readonly #gone = new AbortController();

  constructor(picked: Picked, span: Span | undefined, send: Sending, near: LoopSocket) {
    this.#picked = picked;
    this.#span = span;
    this.#send = send;
    this.#near = near;
  }

  run(request: IncomingMessage, response: ServerResponse): void {
    response.once('close', () => this.#gone.abort());
    response.shouldKeepAlive = false;
    this.#proceed(request, response).catch((error: unknown) =>
      this.#near.destroy(error instanceof Error ? error : new Error(String(error))),
    );
  }

  async #proceed(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const again = this.#picked.late.length + this.#picked.duplicate.length > 0 && canKeep(request);
    const kept = again ? await keep(request) : null;
    for (const hit of this.#strikes('before')) {
      if (await this.#ends(hit, response)) return;
      if (this.#gone.signal.aborted) return;
    }
    for (const hit of kept ? this.#strikes('late') : []) {
      if (await this.#later(hit, request, response, kept)) return;
    }
    const real = this.#start(request, kept);
    this.#gone.signal.addEventListener('abort', () => real.destroy());
    real.once('error', (error) => this.#near.destroy(error));
    real.once('response', (reply) => {
      this.#replied(reply, request, response, kept).catch(() => response.destroy());
    });
  }

  #strikes(position: FaultPosition): Generator<CallHit> {
    return strikes(this.#picked[position], this.#span);
  }

  #start(request: IncomingMessage, kept: Buffer | null): ClientRequest {
    const real = this.#send(request);
    if (kept) real.end(kept);
    else request.pipe(real);
    return real;
  }

  /** Ends the call in the callee's place; false when the fault is one that waits. */
  #replace({ effect }: CallHit, response: ServerResponse): boolean {
    if (effect.kind === 'wait') return false;
    if (effect.kind === 'answer') answerWith(response, response, effect);
    else this.#near.destroy(effect.kind === 'throw' ? effect.error : resetByPeer());
    return true;
  }

  async #ends(hit: CallHit, response: ServerResponse): Promise<boolean> {
    try {
      return this.#replace(hit, response) || (await hit.wait(this.#gone.signal)) === 'gone';
    } finally {
      hit.done();
    }
  }

  /** The caller is refused, or gives up, and only then the call is made. False: it was let go before he gave up. */
  async #later(hit: CallHit, request: IncomingMessage, response: ServerResponse, kept: Buffer | null) {
    if (!this.#replace(hit, response) && (await hit.wait(this.#gone.signal)) === 'over') {
      hit.done();
      return false;
    }
    await hit.waitLate();
    await this.#copy(hit, request, kept);
    return true;
  }

  /** Sends a request whose reply nobody waits for. */
  async #copy(hit: Hit, request: IncomingMessage, kept: Buffer | null): Promise<void> {
    try {
      const real = this.#start(request, kept);
      await new Promise<void>((over) => {
        real.once('response', (reply) => reply.resume());
        real.once('close', over);
        real.once('error', () => over());
      });
    } finally {
      hit.done();
    }
  }

  async #replied(
    reply: IncomingMessage,
    request: IncomingMessage,
    response: ServerResponse,
    kept: Buffer | null,
  ) {
    for (const hit of kept ? this.#strikes('duplicate') : []) {
      const again = async () => {
        await hit.wait(NEVER);
        await this.#copy(hit, request, kept);
      };
      // A copy that fails is nobody's failure: the caller has the answer to the first.
      again().catch(() => undefined);
    }
    for (const hit of this.#strikes('after')) {
      if (!(await this.#ends(hit, response))) continue;
      reply.resume();
      return;
    }
    const chosen = request.method === 'HEAD' ? [] : onBody(this.#picked.after);
    const { body, length } = await hurtBody(reply, chosen, this.#span);
    const headers = length === null ? reply.rawHeaders : withLength(reply.rawHeaders, length);
    response.writeHead(reply.statusCode ?? 502, reply.statusMessage ?? '', headers);
    await pump(response, response, body);
  }
}

/** A stream is its sender's: only a body whose length was said beforehand is kept. */
function canKeep({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) <= MAX_KEPT;
}

async function keep(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function withLength(raw: readonly string[], length: number): string[] {
  const kept: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const [name = '', value = ''] = [raw[i], raw[i + 1]];
    if (!/^(content-length|transfer-encoding)$/i.test(name)) kept.push(name, value);
  }
  return [...kept, 'content-length', String(length)];
}
