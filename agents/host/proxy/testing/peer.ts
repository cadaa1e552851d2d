import { connect, type Socket } from 'node:net';

/** One end of a TCP connection, and all that came out of it. It knows of no proxy. */
export class Peer {
  readonly socket: Socket;
  /** What came, as it came. */
  readonly chunks: Buffer[] = [];
  bytes = 0;
  /** The other end closed its half. */
  ended = false;
  closed = false;
  /** `ECONNRESET` after an RST. */
  error = '';

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (data: Buffer) => {
      this.chunks.push(data);
      this.bytes += data.length;
    });
    socket.on('end', () => {
      this.ended = true;
    });
    socket.on('close', () => {
      this.closed = true;
    });
    socket.on('error', (error) => {
      this.error = 'code' in error ? String(error.code) : error.message;
    });
  }

  get received(): Buffer {
    return Buffer.concat(this.chunks);
  }

  get text(): string {
    return this.received.toString('utf8');
  }

  send(data: string | Buffer): void {
    this.socket.write(data);
  }

  /** Rejects when the connection is refused. */
  static async connect(address: string): Promise<Peer> {
    const { hostname, port } = new URL(`tcp://${address}`);
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true, noDelay: true });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new Peer(socket);
  }
}
