import type { Socket } from 'node:net';
import type { Budget } from './budget.ts';
import { type Ends, Link } from './link.ts';
import type { Toxic } from './toxic.ts';

/** How long a peer which does not read may keep a connection that is to be closed, ms. */
const LINGER_MS = 5_000;

/** Bytes carried, as the sockets count them. */
export interface Carried {
  /** From the client, and on to the upstream. */
  upstream: { received: number; sent: number };
  /** From the upstream, and on to the client. */
  downstream: { received: number; sent: number };
}

/** A client, the upstream it was connected to, and what is between them. */
export class Connection implements Ends {
  readonly #client: Socket;
  readonly #upstream: Socket;
  readonly #links: readonly Link[];
  #open = 2;

  /** Both sockets must be paused. `onClosed` is called when both are gone. */
  constructor(client: Socket, upstream: Socket, budget: Budget, onClosed: (connection: Connection) => void) {
    this.#client = client;
    this.#upstream = upstream;
    this.#links = [
      new Link('upstream', client, upstream, this, budget),
      new Link('downstream', upstream, client, this, budget),
    ];
    for (const socket of [client, upstream]) {
      socket.once('close', () => {
        if (--this.#open > 0) return;
        for (const link of this.#links) link.dispose();
        onClosed(this);
      });
    }
  }

  get carried(): Carried {
    return {
      upstream: { received: this.#client.bytesRead, sent: this.#upstream.bytesWritten },
      downstream: { received: this.#upstream.bytesRead, sent: this.#client.bytesWritten },
    };
  }

  start(toxics: readonly Toxic[]): void {
    for (const link of this.#links) link.start(toxics);
  }

  add(toxic: Toxic): void {
    for (const link of this.#links) link.add(toxic, true);
  }

  remove(toxic: Toxic): void {
    for (const link of this.#links) link.remove(toxic);
  }

  refresh(toxic: Toxic): void {
    for (const link of this.#links) link.refresh(toxic);
  }

  /** After what was passed on already. */
  close(): void {
    for (const socket of [this.#client, this.#upstream]) endSoon(socket);
  }

  /** A real RST to both ends. */
  reset(): void {
    this.#client.resetAndDestroy();
    this.#upstream.resetAndDestroy();
  }

  answer(source: Socket, data: Buffer): void {
    const other = source === this.#client ? this.#upstream : this.#client;
    other.destroy();
    // What the sender still sends is read and dropped: unread, it would turn our end into an RST.
    source.end(data);
    source.resume();
    destroyIn(source);
  }

  destroy(): void {
    this.#client.destroy();
    this.#upstream.destroy();
  }
}

function endSoon(socket: Socket): void {
  if (socket.destroyed) return;
  socket.destroySoon();
  destroyIn(socket);
}

function destroyIn(socket: Socket): void {
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  timer.unref();
  socket.once('close', () => clearTimeout(timer));
}
