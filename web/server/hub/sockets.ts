import type { Server as HttpServer } from 'node:http';
import { StormglassError } from '@stormglass/agents/contract';
import { Server } from 'socket.io';
import type { Gate } from '../auth/gate.ts';

/** Messages of agents and browsers are small; a hello with 50 controls has about 30 KB. */
const MAX_MESSAGE_BYTES = 1_048_576;

/** Socket.IO on the HTTP server. Host and Origin are checked before anything else, for every transport. */
export function openSockets(http: HttpServer, gate: Gate): Server {
  const io = new Server(http, {
    serveClient: false,
    maxHttpBufferSize: MAX_MESSAGE_BYTES,
    // A paused or cut-off peer is noticed within 10 s; leases (5 s) do not depend on that.
    pingInterval: 5_000,
    pingTimeout: 5_000,
    // Only snapshots are worth compressing; frames are small and must be fast.
    perMessageDeflate: { threshold: 65_536, serverNoContextTakeover: true, clientNoContextTakeover: true },
    httpCompression: { threshold: 65_536 },
    allowRequest: (request, decide) => {
      try {
        gate.checkOrigin(request.headers);
        decide(null, true);
      } catch (error) {
        decide(error instanceof StormglassError ? `${error.code}: ${error.message}` : 'refused', false);
      }
    },
  });
  // Nothing lives in the main namespace.
  io.use((_socket, next) => next(new Error('use /live or /agents')));
  return io;
}
