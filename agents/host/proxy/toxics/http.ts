import { STATUS_CODES } from 'node:http';
import { Holding } from '../holding.ts';
import type { Chunk, End, Seat, ToxicType } from '../stage.ts';
import { type RequestHead, Requests } from './http-requests.ts';

type Http = {
  /** Answered with this status instead of being passed on; 0: passed on. */
  status: number;
  body: string;
  /** Empty: any. */
  method: string;
  /** `/orders`, `/orders/:id`, `/orders/*`; empty: any. */
  route: string;
  /** Only so many requests, over all connections; 0: all. */
  first: number;
  /** Milliseconds for which a request is held before it is answered or passed on. */
  delay: number;
};

/** What is done to the request that begins with a chunk. */
interface Verdict {
  head: RequestHead;
  heldSince: number;
}

/**
 * Picks requests out of a stream of HTTP/1. A request that is answered here ends its connection, as `connection: close`
 * says. Requests that are sent before the answer to an earlier one (pipelining) are not kept apart.
 */
class Picky extends Holding<Http> {
  readonly #requests = new Requests();
  readonly #verdicts = new WeakMap<Chunk, Verdict>();
  #answered = false;
  #leaving = false;

  override push(chunk: Chunk): void {
    if (this.#answered) return;
    for (const { data, head } of this.#requests.split(chunk.data)) {
      const piece: Chunk = { data, at: chunk.at };
      if (head !== null && this.#picks(head)) this.#verdicts.set(piece, { head, heldSince: chunk.at });
      super.push(piece);
    }
  }

  override end(how: End): void {
    this.#flush();
    super.end(how);
  }

  override dissolve(): void {
    this.#leaving = true;
    this.#flush();
    super.dissolve();
  }

  protected dueAt(head: Chunk): number {
    const verdict = this.#verdicts.get(head);
    return verdict === undefined ? head.at : verdict.heldSince + this.seat.attributes.delay;
  }

  protected override deliver(chunk: Chunk, head: Chunk): void {
    const verdict = this.#verdicts.get(head);
    const { status, body } = this.seat.attributes;
    // What was sent behind a request that was answered here.
    if (this.#answered) return;
    if (verdict === undefined || status === 0 || this.#leaving) super.deliver(chunk, head);
    else {
      this.#answered = true;
      this.seat.answer(answerOf(verdict.head, status, body));
    }
  }

  /** The beginning of a request which nobody will finish. */
  #flush(): void {
    const data = this.#requests.rest();
    if (data.length > 0) super.push({ data, at: performance.now() });
  }

  #picks(head: RequestHead): boolean {
    const { method, route, first } = this.seat.attributes;
    if (method !== '' && method.toUpperCase() !== head.method) return false;
    if (route !== '' && !matches(route, head.path)) return false;
    if (first > 0 && this.seat.count() > first) return false;
    return this.seat.take();
  }
}

function answerOf(head: RequestHead, status: number, body: string): Buffer {
  const type =
    body.startsWith('{') || body.startsWith('[') ? 'application/json' : 'text/plain; charset=utf-8';
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Injected'}`,
    `content-type: ${type}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${head.method === 'HEAD' ? '' : body}`);
}

/** `:name` and `{name}` stand for one segment, a last `*` for all that follow. */
function matches(route: string, path: string): boolean {
  const wanted = route.split('/');
  const given = path.split('/');
  if (wanted.at(-1) === '*') {
    wanted.pop();
    if (given.length < wanted.length) return false;
  } else if (given.length !== wanted.length) return false;
  return wanted.every((segment, i) => segment === given[i] || /^(:.+|\{.+\})$/.test(segment));
}

export const http: ToxicType<Http> = {
  zeros: { status: 0, body: '', method: '', route: '', first: 0, delay: 0 },
  stage: (seat: Seat<Http>) => new Picky(seat),
};
