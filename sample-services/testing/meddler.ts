import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';

/**
 * What happens to a call on the way. `lose-request`: it never arrives; `lose-reply`: it is carried out, the answer is
 * lost; `hold`: the request arrives only when released, after its caller has given up; `late`: the same, but its caller
 * loses the connection at once; `delay`: it arrives and is answered when released; `twice`: it is carried out twice;
 * `fail`: 503 without being carried out; `fail-after`: 503 after it was; `deny-after`: a 4xx of nobody of the shop after it
 * was, another one each time.
 */
export type Meddling =
  | 'lose-request'
  | 'lose-reply'
  | 'hold'
  | 'late'
  | 'delay'
  | 'twice'
  | 'fail'
  | 'fail-after'
  | 'deny-after';

const DENIALS = [404, 401, 429, 409];

interface Rule {
  path: string;
  how: Meddling;
  times: number;
}

/** An HTTP proxy in front of one real service which hurts chosen calls. */
export class Meddler {
  readonly #server: Server;
  readonly #held: (() => void)[] = [];
  #target = '';
  #rules: Rule[] = [];
  #hurt = 0;
  #denied = 0;

  private constructor() {
    this.#server = createServer((incoming, outgoing) => {
      this.#pass(incoming, outgoing).catch(() => outgoing.destroy());
    });
  }

  static async start(): Promise<Meddler> {
    const meddler = new Meddler();
    await new Promise<void>((resolve) => meddler.#server.listen(0, '127.0.0.1', resolve));
    return meddler;
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  /** Requests that are held back now. */
  get holding(): number {
    return this.#held.length;
  }

  /** Calls hurt so far. */
  get hurt(): number {
    return this.#hurt;
  }

  forwardTo(target: string): void {
    this.#target = target;
  }

  /** Hurts the next `times` calls of that path. */
  meddle(path: string, how: Meddling, times = Number.POSITIVE_INFINITY): void {
    this.#rules.push({ path, how, times });
  }

  /** No more harm; what is held stays held. */
  heal(): void {
    this.#rules = [];
  }

  /** Lets the held requests arrive. */
  releaseHeld(): void {
    for (const release of this.#held.splice(0)) release();
  }

  async stop(): Promise<void> {
    this.releaseHeld();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await read(incoming);
    const rule = this.#rules.find((each) => each.times > 0 && incoming.url === each.path);
    if (!rule) return this.#relay(incoming, body, outgoing);
    rule.times--;
    this.#hurt++;
    switch (rule.how) {
      case 'lose-request':
        outgoing.destroy();
        return;
      case 'lose-reply':
        await this.#call(incoming, body);
        outgoing.destroy();
        return;
      case 'hold':
        await new Promise<void>((resolve) => this.#held.push(resolve));
        await this.#call(incoming, body);
        outgoing.destroy();
        return;
      case 'late':
        outgoing.destroy();
        await new Promise<void>((resolve) => this.#held.push(resolve));
        await this.#call(incoming, body);
        return;
      case 'delay':
        await new Promise<void>((resolve) => this.#held.push(resolve));
        return this.#relay(incoming, body, outgoing);
      case 'twice':
        await this.#call(incoming, body);
        return this.#relay(incoming, body, outgoing);
      case 'fail-after':
        await this.#call(incoming, body);
        outgoing.writeHead(503).end();
        return;
      case 'deny-after':
        await this.#call(incoming, body);
        outgoing.writeHead(DENIALS[this.#denied++ % DENIALS.length] ?? 404).end('{"error":"not ours"}');
        return;
      case 'fail':
        outgoing.writeHead(503).end();
        return;
    }
  }

  async #relay(incoming: IncomingMessage, body: Buffer, outgoing: ServerResponse): Promise<void> {
    const answer = await this.#call(incoming, body);
    outgoing.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
  }

  #call(incoming: IncomingMessage, body: Buffer): Promise<{ status: number; body: Buffer }> {
    return new Promise((resolve, reject) => {
      const { method = 'GET', headers } = incoming;
      const call = request(`${this.#target}${incoming.url}`, { method, headers }, (response) => {
        read(response).then((text) => resolve({ status: response.statusCode ?? 502, body: text }), reject);
      });
      call.once('error', reject);
      call.end(body);
    });
  }
}

async function read(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
