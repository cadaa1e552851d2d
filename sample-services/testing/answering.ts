import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import type { Endpoint } from '../kit/peer/endpoints.ts';

export interface SeenCall {
  path: string;
  headers: IncomingHttpHeaders;
  /** Epoch ms of its arrival. */
  at: number;
}

/** A real HTTP server which answers as a test wants, `200 {"n":1}` at first, and remembers who called. */
export class Answering {
  readonly calls: SeenCall[] = [];
  readonly id: string;
  handle: RequestListener = (_request, response) => response.end('{"n":1}');
  readonly #server: Server;

  private constructor(id: string) {
    this.id = id;
    this.#server = createServer((request, response) => {
      this.calls.push({ path: request.url ?? '', headers: request.headers, at: Date.now() });
      this.handle(request, response);
    });
  }

  static async start(id = 'server-1'): Promise<Answering> {
    const answering = new Answering(id);
    await new Promise<void>((resolve) => answering.#server.listen(0, '127.0.0.1', resolve));
    return answering;
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  get endpoint(): Endpoint {
    return { id: this.id, url: this.url };
  }

  /** Every call from now on is answered so. */
  answer(status: number, body: unknown = {}): void {
    this.handle = (_request, response) => response.writeHead(status).end(JSON.stringify(body));
  }

  /** Calls from now on wait; the function given back answers all of them, and what comes later at once. */
  hold(): () => void {
    const held: (() => void)[] = [];
    this.handle = (_request, response) => held.push(() => response.end('{"n":1}'));
    return () => {
      this.handle = (_request, response) => response.end('{"n":1}');
      for (const answer of held.splice(0)) answer();
    };
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
