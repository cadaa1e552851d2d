import type { Server, ServerResponse } from 'node:http';
import type { ServerHttp2Session } from 'node:http2';
import type { Duplex } from 'node:stream';

/** Why a connection is none of the port's protocol, as the figures name it. */
type Speech = 'grpc_on_http_port' | 'tls_on_http_port' | 'http_on_grpc_port';

interface ClientError extends Error {
  code?: string;
  rawPacket?: Uint8Array;
}

/** What Node answers by itself when nobody listens for these errors. */
const STATUS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};
/** The first byte of a TLS handshake. */
const TLS_HANDSHAKE = 0x16;
/** nghttp2's number for a connection that does not begin as HTTP/2 does. */
const BAD_MAGIC = -903;

/** Counts who speaks gRPC or TLS to the HTTP port: such a client is told nothing that it could read. */
export function countOnHttp(server: Server, count: (speech: Speech) => void): void {
  const answers = new WeakMap<Duplex, ServerResponse>();
  const counted = new WeakSet<Duplex>();
  server.on('request', (request, response) => answers.set(request.socket, response));
  server.on('clientError', (error: ClientError, socket: Duplex) => {
    const speech = speechOf(error);
    if (speech !== null && !counted.has(socket)) {
      counted.add(socket);
      count(speech);
    }
    const answer = answers.get(socket);
    const begun = answer?.headersSent === true && !answer.writableFinished;
    const status = STATUS[error.code ?? ''] ?? '400 Bad Request';
    if (socket.writable && !begun) socket.write(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`);
    socket.destroy();
  });
}

/** Counts who speaks anything but HTTP/2 to the gRPC port. */
export function countOnGrpc(session: ServerHttp2Session, count: (speech: Speech) => void): void {
  session.on('error', (error: NodeJS.ErrnoException) => {
    if (error.errno === BAD_MAGIC) count('http_on_grpc_port');
  });
}

function speechOf({ code, rawPacket }: ClientError): Speech | null {
  if (code === 'HPE_PAUSED_H2_UPGRADE') return 'grpc_on_http_port';
  return rawPacket?.[0] === TLS_HANDSHAKE ? 'tls_on_http_port' : null;
}
