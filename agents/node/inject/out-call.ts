import type { Span } from '@opentelemetry/api';
import type { Dispatcher } from 'undici';
import type { FaultPosition } from '../../contract/index.ts';
import type { Hit } from './armed.ts';
import { type CallEffect, resetByPeer } from './call/index.ts';
import type { BodyChosen, CallHit } from './call-faults.ts';
import { OutReply, type ReplyHeaders, type ReplySink } from './out-reply.ts';

type Handler = Dispatcher.DispatchHandler;
type Controller = Dispatcher.DispatchController;
type Deliver = () => void;

/** What a hurt call needs from the seam. */
export interface OutCallPlan {
  handler: Handler;
  /** Sends the real request; may be called again for a copy of it. */
  send(relay: Handler): Promise<void>;
  /** The faults which were picked for this call, each struck as it is taken. */
  hits(position: FaultPosition): Iterable<CallHit>;
  /** Those on the body of its reply. */
  body: readonly BodyChosen[];
  span: Span;
  /** The caller's own limit until response headers, ms; 0 is none. */
  headersTimeoutMs: number;
  /** How the caller saw it end: a status, or an error. */
  ended(outcome: { status: number } | { error: Error }): void;
}

const NEVER = new AbortController().signal;

/** Takes a reply that nobody waits for, to its end, so that its connection can be used again. */
const UNHEARD: Handler = {
  onRequestStart: () => {},
  onResponseStart: () => {},
  onResponseData: () => {},
  onResponseEnd: () => {},
  onResponseError: () => {},
};

/**
 * Stands between a caller and undici for one call: holds it back before it is sent, or its reply after it came, or
 * answers in the callee's place. The caller can abort at any moment, as on a slow network.
 */
export class OutCall {
  readonly #plan: OutCallPlan;
  readonly #gone = new AbortController();
  readonly #controller: Controller;
  #real: Controller | null = null;
  #reason: Error | null = null;
  #rawHeaders: Buffer[] | null = null;
  /** Parts of the reply kept back, in order; null when nothing is. */
  #held: Deliver[] | null = null;
  #discarding = false;
  readonly #sink: ReplySink;
  readonly #reply: OutReply | null;
  #slowed = false;
  #onWanted: () => void = () => undefined;
  #status = 0;
  #over = false;

  constructor(plan: OutCallPlan) {
    this.#plan = plan;
    this.#controller = this.#makeController();
    const caller: ReplySink = {
      start: (status, headers, message) => this.#start(status, headers, message),
      data: (chunk) => plan.handler.onResponseData?.(this.#controller, chunk),
      end: (trailers) => this.#end(trailers),
    };
    this.#reply = plan.body.length === 0 ? null : this.#hurtReply(caller);
    this.#sink = this.#reply ?? caller;
  }

  #hurtReply(to: ReplySink): OutReply {
    return new OutReply({
      ...{ to, chosen: this.#plan.body, span: this.#plan.span },
      fail: (error) => {
        this.#fail(error);
        this.#real?.abort(error);
      },
      wanted: () => this.#wanted(),
      pause: () => this.#real?.pause(),
      resume: () => this.#real?.resume(),
      resized: (length) => {
        const raw = this.#real?.rawHeaders;
        this.#rawHeaders = withLength(Array.isArray(raw) ? raw : [], length);
      },
    });
  }

  async run(): Promise<void> {
    const { handler, headersTimeoutMs, hits, send } = this.#plan;
    handler.onRequestStart?.(this.#controller, {});
    const timer = headersTimeoutMs > 0 ? setTimeout(() => this.#timeOut(), headersTimeoutMs) : undefined;
    try {
      for (const hit of hits('before')) {
        if (this.#reason) return hit.done();
        if (this.#replace(hit)) return hit.done();
        await this.#hold(hit);
      }
      for (const hit of hits('late')) {
        if (this.#reason) return hit.done();
        if (await this.#later(hit)) return;
      }
    } finally {
      clearTimeout(timer);
    }
    if (!this.#reason) await send(this.#relay());
  }

  /** Ends the call in the callee's place; false when the fault is one that waits. */
  #replace({ effect }: CallHit): boolean {
    if (effect.kind === 'wait') return false;
    if (effect.kind === 'answer') this.#answer(effect);
    else this.#fail(effect.kind === 'throw' ? effect.error : resetByPeer());
    return true;
  }

  /** The caller is refused, or gives up, and only then the call is made. False: it was let go before he gave up. */
  async #later(hit: CallHit): Promise<boolean> {
    if (!this.#replace(hit) && (await hit.wait(this.#gone.signal)) === 'over') {
      hit.done();
      return false;
    }
    await hit.waitLate();
    await this.#copy(hit);
    return true;
  }

  async #again(hit: Hit): Promise<void> {
    await hit.wait(NEVER);
    await this.#copy(hit);
  }

  /** Sends a request whose reply nobody waits for. */
  async #copy(hit: Hit): Promise<void> {
    try {
      await this.#plan.send(UNHEARD);
    } finally {
      hit.done();
    }
  }

  #relay(): Handler {
    const pass = (deliver: Deliver) => {
      if (this.#held) this.#held.push(deliver);
      else if (!this.#discarding) deliver();
    };
    const { handler } = this.#plan;
    return {
      onRequestStart: (real) => {
        this.#real = real;
        if (this.#reason) real.abort(this.#reason);
      },
      onRequestUpgrade: (_, status, headers, socket) => {
        handler.onRequestUpgrade?.(this.#controller, status, headers, socket);
        this.#finish({ status });
      },
      onResponseStart: (real, status, headers, message) => {
        if (status < 200) return this.#start(status, headers, message);
        const deliver = () => this.#sink.start(status, headers, message);
        this.#held = [deliver];
        // As undici does with a handler that throws: the call breaks, and the process does not.
        this.#afterwards(status).catch((error: unknown) =>
          this.#abort(error instanceof Error ? error : new Error(String(error))),
        );
        if (this.#held) real.pause();
      },
      onResponseData: (_, chunk) => pass(() => this.#sink.data(chunk)),
      onResponseEnd: (_, trailers) => pass(() => this.#sink.end(trailers)),
      onResponseError: (_, error) => this.#fail(error),
    };
  }

  /** The reply has begun to come, so the callee has done its work. */
  async #afterwards(status: number): Promise<void> {
    this.#status = status;
    // A copy that fails is nobody's failure: the caller has the answer to the first.
    for (const hit of this.#plan.hits('duplicate')) this.#again(hit).catch(() => undefined);
    for (const hit of this.#plan.hits('after')) {
      // Over by itself meanwhile: the caller left, or the connection broke.
      if (this.#over) return hit.done();
      if (this.#replace(hit)) {
        hit.done();
        this.#held = null;
        // The rest of the real reply is read and thrown away, which leaves the connection usable.
        this.#discarding = true;
        return this.#letGo();
      }
      await this.#hold(hit);
    }
    const held = this.#held ?? [];
    this.#held = null;
    if (this.#over) return;
    for (const deliver of held) deliver();
    this.#letGo();
  }

  /** Undoes our own pause, not one by which the caller slows the reply down. */
  #letGo(): void {
    if (this.#real?.paused && !this.#slowed) this.#real.resume();
  }

  async #hold(hit: Hit): Promise<void> {
    try {
      await hit.wait(this.#gone.signal);
    } finally {
      hit.done();
    }
  }

  /** Resolves when the caller takes more. */
  #wanted(): Promise<void> {
    if (!this.#slowed) return Promise.resolve();
    return new Promise((wanted) => {
      this.#onWanted = wanted;
    });
  }

  #start(status: number, headers: ReplyHeaders, message?: string): void {
    this.#plan.handler.onResponseStart?.(this.#controller, status, headers, message);
  }

  #end(trailers: ReplyHeaders): void {
    this.#plan.handler.onResponseEnd?.(this.#controller, trailers);
    this.#finish({ status: this.#status });
  }

  #answer({ status, headers: own, body }: Extract<CallEffect, { kind: 'answer' }>): void {
    const bytes = Buffer.from(body);
    const headers = { ...own, 'content-length': String(bytes.length) };
    this.#rawHeaders = Object.entries(headers).flatMap(([k, v]) => [Buffer.from(k), Buffer.from(v)]);
    this.#status = status;
    this.#start(status, headers, '');
    this.#plan.handler.onResponseData?.(this.#controller, bytes);
    this.#end({});
  }

  #fail(error: Error): void {
    this.#held = null;
    this.#reply?.close();
    if (this.#over || this.#discarding) return;
    this.#finish({ error });
    this.#plan.handler.onResponseError?.(this.#controller, error);
  }

  #finish(outcome: { status: number } | { error: Error }): void {
    if (this.#over) return;
    this.#over = true;
    this.#plan.ended(outcome);
  }

  #abort(reason: Error): void {
    if (this.#reason || this.#over) return;
    this.#reason = reason;
    this.#gone.abort();
    this.#onWanted();
    if (this.#real) this.#real.abort(reason);
    else this.#fail(reason);
  }

  #timeOut(): void {
    const error = Object.assign(new Error('Headers Timeout Error'), { code: 'UND_ERR_HEADERS_TIMEOUT' });
    error.name = 'HeadersTimeoutError';
    this.#abort(error);
  }

  #makeController(): Controller {
    const call = this;
    return {
      get aborted() {
        return call.#reason !== null;
      },
      get paused() {
        return call.#real?.paused ?? false;
      },
      get reason() {
        return call.#reason;
      },
      get rawHeaders() {
        return call.#rawHeaders ?? call.#real?.rawHeaders ?? [];
      },
      get rawTrailers() {
        return call.#real?.rawTrailers ?? [];
      },
      abort: (reason) => call.#abort(reason),
      pause: () => {
        call.#slowed = true;
        if (!call.#reply) call.#real?.pause();
      },
      resume: () => {
        call.#slowed = false;
        call.#onWanted();
        if (!call.#held && !call.#reply) call.#real?.resume();
      },
    };
  }
}

function withLength(raw: readonly (Buffer | string)[], length: number): Buffer[] {
  const kept: Buffer[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const [name = '', value = ''] = [raw[i], raw[i + 1]];
    if (!/^(content-length|transfer-encoding)$/i.test(String(name)))
      kept.push(Buffer.from(name), Buffer.from(value));
  }
  return [...kept, Buffer.from('content-length'), Buffer.from(String(length))];
}
