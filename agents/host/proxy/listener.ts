import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { type Address, addressProblem, addressText, numeric, parseAddress } from './address.ts';
import { ApiError } from './errors.ts';

/** Connections which the kernel may keep until they are accepted. */
const BACKLOG = 4_096;

/** What listens for a proxy. */
export interface Listener {
  /** As it was resolved: `localhost:0` becomes `127.0.0.1:34567`. */
  address: string;
  /** No connection is accepted from here on. */
  close(): void;
}

/** Throws as Toxiproxy says it when the address cannot be listened on. */
export async function listen(text: string, onClient: (client: Socket) => void): Promise<Listener> {
  const address = parseAddress(text);
  if (address === null) throw new ApiError(`listen tcp: ${addressProblem(text)}`, 500);
  // Half-open, so that one end may close its half; without delay, or small messages would wait for each other.
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, onClient);
  const bound = await bind(server, address, text);
  return { address: addressText(bound), close: () => server.close() };
}

async function bind(server: Server, address: Address, text: string): Promise<AddressInfo> {
  const host = await numeric(address.host).catch(() => {
    throw new ApiError(`listen tcp: lookup ${address.host}: no such host`, 500);
  });
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(bindError(error, text)));
    server.listen({ port: address.port, host, backlog: BACKLOG }, () => {
      server.on('error', () => undefined);
      const bound = server.address();
      if (bound !== null && typeof bound === 'object') resolve(bound);
      else reject(new ApiError(`listen tcp ${text}: no address`, 500));
    });
  });
}

const WORDS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'address already in use',
  EACCES: 'permission denied',
  EADDRNOTAVAIL: 'cannot assign requested address',
};

function bindError(error: Error, text: string): ApiError {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return new ApiError(`listen tcp ${text}: bind: ${WORDS[code] ?? error.message}`, 500);
}
