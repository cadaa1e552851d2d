/** What a request asks for. */
export interface RequestHead {
  method: string;
  /** Without its query. */
  path: string;
}

/** A stretch of the stream; with a head when a request begins with it. */
export interface Piece {
  data: Buffer;
  head: RequestHead | null;
}

/** A head longer than this is none of HTTP/1. */
const MOST_HEAD_BYTES = 64 * 1024;
const HEAD_END = '\r\n\r\n';
const NOTHING = Buffer.alloc(0);

/** What is expected next. `raw`: no HTTP/1 (any more), everything passes. */
type State =
  | { kind: 'head' }
  | { kind: 'bytes'; left: number; after: State }
  | { kind: 'size' }
  | { kind: 'trailer' }
  | { kind: 'raw' };

const HEAD: State = { kind: 'head' };
const RAW: State = { kind: 'raw' };

/** Finds where requests begin in a stream of HTTP/1, and leaves any other stream as it is. */
export class Requests {
  #state: State = HEAD;
  #unread: Buffer = NOTHING;

  /** The stream so far, cut at the beginnings of requests; what cannot be judged yet is kept. */
  split(data: Buffer): Piece[] {
    this.#unread = this.#unread.length === 0 ? data : Buffer.concat([this.#unread, data]);
    const pieces: Piece[] = [];
    while (this.#unread.length > 0) {
      const piece = this.#step();
      if (piece === null) break;
      pieces.push(piece);
    }
    return pieces;
  }

  /** What was kept because it could not be judged. */
  rest(): Buffer {
    return this.#cut(this.#unread.length);
  }

  #step(): Piece | null {
    const state = this.#state;
    switch (state.kind) {
      case 'raw':
        return { data: this.rest(), head: null };
      case 'head':
        return this.#head();
      case 'bytes': {
        const data = this.#cut(Math.min(state.left, this.#unread.length));
        const left = state.left - data.length;
        this.#state = left === 0 ? state.after : { ...state, left };
        return { data, head: null };
      }
      case 'size':
      case 'trailer':
        return this.#line(state.kind);
    }
  }

  #head(): Piece | null {
    if (!/^[A-Z]{1,20}( |$)/.test(this.#unread.toString('latin1', 0, 21)) || this.#isHttp2()) {
      this.#state = RAW;
      return { data: this.rest(), head: null };
    }
    const end = this.#unread.indexOf(HEAD_END);
    if (end < 0) {
      if (this.#unread.length < MOST_HEAD_BYTES) return null;
      this.#state = RAW;
      return { data: this.rest(), head: null };
    }
    const data = this.#cut(end + HEAD_END.length);
    const text = data.toString('latin1');
    const [method = '', target = ''] = text.slice(0, text.indexOf('\r\n')).split(' ');
    this.#state = bodyOf(method, text);
    return { data, head: { method, path: pathOf(target) } };
  }

  #isHttp2(): boolean {
    return this.#unread.toString('latin1', 0, 6) === 'PRI * ';
  }

  #line(kind: 'size' | 'trailer'): Piece | null {
    const end = this.#unread.indexOf('\n');
    if (end < 0) return null;
    const data = this.#cut(end + 1);
    const text = data.toString('latin1').trim();
    if (kind === 'trailer') {
      if (text === '') this.#state = HEAD;
    } else {
      const size = Number.parseInt(text, 16);
      if (Number.isNaN(size)) this.#state = RAW;
      // Two more: the line's end after the data.
      else
        this.#state =
          size === 0 ? { kind: 'trailer' } : { kind: 'bytes', left: size + 2, after: { kind: 'size' } };
    }
    return { data, head: null };
  }

  #cut(bytes: number): Buffer {
    const data = this.#unread.subarray(0, bytes);
    this.#unread = bytes === this.#unread.length ? NOTHING : this.#unread.subarray(bytes);
    return data;
  }
}

function bodyOf(method: string, head: string): State {
  if (method === 'CONNECT' || /\r\nupgrade:/i.test(head)) return RAW;
  if (/\r\ntransfer-encoding:[^\r]*chunked/i.test(head)) return { kind: 'size' };
  const length = Number(/\r\ncontent-length:[ \t]*(\d+)/i.exec(head)?.[1] ?? 0);
  return length > 0 ? { kind: 'bytes', left: length, after: HEAD } : HEAD;
}

/** Of `/a?b` and of `http://host/a?b`: `/a`. */
function pathOf(target: string): string {
  const path = target.replace(/^https?:\/\/[^/]*/i, '');
  return path.split('?', 1)[0] || '/';
}
