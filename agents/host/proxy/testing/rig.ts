import { createServer, type Server, type Socket } from 'node:net';
import { addressText } from '../address.ts';
import { type Api, serveApi } from '../api/server.ts';
import { Proxies } from '../collection.ts';
import { Peer } from './peer.ts';

/** What the API answered. */
export interface Answered {
  status: number;
  type: string;
  text: string;
  json: unknown;
}

/** A real upstream, a proxy process's parts before it, and its API over HTTP. */
export class Rig {
  readonly proxies = new Proxies();
  /** The upstream's ends of the connections, oldest first. */
  readonly served: Peer[] = [];
  readonly #clients: Peer[] = [];
  readonly #server: Server;
  #api: Api | null = null;
  /** Where the proxy listens. */
  listen = '';
  upstream = '';

  private constructor(onSocket: (socket: Socket) => void) {
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      this.served.push(new Peer(socket));
      onSocket(socket);
    });
  }

  /** With a proxy named `link` before an upstream which does `onSocket` with each connection. */
  static async start(onSocket: (socket: Socket) => void = () => undefined): Promise<Rig> {
    const rig = new Rig(onSocket);
    rig.upstream = await rig.#listen();
    rig.#api = await serveApi(rig.proxies, '127.0.0.1', 0);
    const made = await rig.ask('POST', '/proxies', {
      name: 'link',
      listen: '127.0.0.1:0',
      upstream: rig.upstream,
    });
    rig.listen = (made.json as { listen: string }).listen;
    return rig;
  }

  get api(): string {
    return `http://${this.#api?.address}`;
  }

  /** Through the proxy. */
  async client(): Promise<Peer> {
    const peer = await Peer.connect(this.listen);
    this.#clients.push(peer);
    return peer;
  }

  async ask(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answered> {
    const response = await fetch(new URL(path, this.api), {
      method,
      headers,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const type = response.headers.get('content-type') ?? '';
    const json: unknown = text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : null;
    return { status: response.status, type, text, json };
  }

  /** Puts a toxic before the upstream; its name is its type. */
  async toxic(type: string, attributes: object, more: object = {}): Promise<void> {
    const answer = await this.ask('POST', '/proxies/link/toxics', { name: type, type, attributes, ...more });
    if (answer.status !== 200) throw new Error(answer.text);
  }

  async remove(toxic: string): Promise<void> {
    const answer = await this.ask('DELETE', `/proxies/link/toxics/${toxic}`);
    if (answer.status !== 204) throw new Error(answer.text);
  }

  /** Names of the toxics that are there. */
  async toxics(): Promise<string[]> {
    const { json } = await this.ask('GET', '/proxies/link/toxics');
    return (json as { name: string }[]).map(({ name }) => name);
  }

  async close(): Promise<void> {
    for (const { socket } of [...this.#clients, ...this.served]) socket.destroy();
    await this.proxies.close();
    await this.#api?.close();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #listen(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', () => {
        const address = this.#server.address();
        resolve(address !== null && typeof address === 'object' ? addressText(address) : '');
      });
    });
  }
}

/** An upstream which sends back what it is sent. */
export function echo(socket: Socket): void {
  socket.pipe(socket);
}
