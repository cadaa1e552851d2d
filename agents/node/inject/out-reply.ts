import { PassThrough } from 'node:stream';
import type { Span } from '@opentelemetry/api';
import type { Dispatcher } from 'undici';
import { CutShort } from './call/index.ts';
import type { BodyChosen } from './call-faults.ts';
import { hurtBody } from './reply-body.ts';

export type ReplyHeaders = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2];

/** Where the parts of a reply go. */
export interface ReplySink {
  start(status: number, headers: ReplyHeaders, message: string | undefined): void;
  data(chunk: Buffer): void;
  end(trailers: ReplyHeaders): void;
}

export interface OutReplyPlan {
  chosen: readonly BodyChosen[];
  span: Span | undefined;
  /** The caller. */
  to: ReplySink;
  fail(error: Error): void;
  /** Resolves when the caller wants more. */
  wanted(): Promise<void>;
  /** Stops and continues the real reply. */
  pause(): void;
  resume(): void;
  /** The length is another than the callee said. */
  resized(length: number): void;
}

/** A reply on its way to the caller, whose body is hurt. */
export class OutReply implements ReplySink {
  readonly #plan: OutReplyPlan;
  readonly #body = new PassThrough();
  #trailers: ReplyHeaders = {};

  constructor(plan: OutReplyPlan) {
    this.#plan = plan;
    this.#body.on('drain', () => plan.resume());
    // Told to the caller by whoever broke it off.
    this.#body.on('error', () => undefined);
  }

  start(status: number, headers: ReplyHeaders, message: string | undefined): void {
    this.#forward(status, headers, message).catch((error: unknown) => this.#broken(error));
  }

  data(chunk: Buffer): void {
    if (!this.#body.write(chunk)) this.#plan.pause();
  }

  end(trailers: ReplyHeaders): void {
    this.#trailers = trailers;
    this.#body.end();
  }

  close(): void {
    this.#body.destroy();
  }

  async #forward(status: number, headers: ReplyHeaders, message: string | undefined): Promise<void> {
    const { to, chosen, span, wanted, resized } = this.#plan;
    const { body, length } = await hurtBody(this.#body, chosen, span);
    if (length === null) to.start(status, headers, message);
    else {
      resized(length);
      const { 'transfer-encoding': _, ...others } = headers;
      to.start(status, { ...others, 'content-length': String(length) }, message);
    }
    for await (const chunk of body) {
      await wanted();
      to.data(Buffer.from(chunk));
    }
    to.end(this.#trailers);
  }

  #broken(error: unknown): void {
    if (error instanceof CutShort) this.#plan.fail(cutByPeer());
    else this.#plan.fail(error instanceof Error ? error : new Error(String(error)));
  }
}

/** What undici says when the connection ends in the middle of a reply. */
function cutByPeer(): Error {
  const error = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' });
  error.name = 'SocketError';
  return error;
}
