import { createServer, type Server as HttpServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readers } from '@stormglass/agents/collector/readers';
import { StormglassError } from '@stormglass/agents/contract';
import { compose, type Ingredients } from './compose.ts';
import { openApiDocument } from './http/openapi.ts';
import type { Pages } from './http/pages.ts';
import { requestListener } from './http/serve.ts';

/** Answers under way at a stop get so long to finish. */
const DRAIN_MS = 1_000;

export interface ServerOptions extends Ingredients {
  /** Awaited by the first request for a page. */
  pages: () => Promise<Pages>;
  /** Closed with the server. */
  readers: Readers;
}

export interface RunningServer {
  port: number;
  close(): Promise<void>;
}

/** Starts listening; resolves when the API answers. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { env, log } = options;
  const http = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 });
  // Listening for requests comes before Socket.IO: it takes over the listeners it finds and calls them for every path
  // but its own. The other way round both would answer its polls.
  let listener: RequestListener = (_request, response) => response.writeHead(503).end();
  http.on('request', (request, response) => listener(request, response));
  const dashboard = compose(http, options);
  const openapi = openApiDocument(options.version);
  listener = requestListener({ ...dashboard, log, openapi, pages: options.pages, readers: options.readers });
  try {
    await listen(http, env.HOST, env.PORT);
  } catch (error) {
    await dashboard.close();
    throw error;
  }
  const { port } = http.address() as AddressInfo;
  log.info({ host: env.HOST, port, login: dashboard.gate.loginNeeded }, 'dashboard listens');
  return {
    port,
    close: async () => {
      http.closeIdleConnections();
      const cut = setTimeout(() => http.closeAllConnections(), DRAIN_MS);
      await dashboard.close();
      await options.readers.close();
      clearTimeout(cut);
      http.closeAllConnections();
    },
  };
}

function listen(http: HttpServer, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', (cause: NodeJS.ErrnoException) => reject(cannotListen(host, port, cause)));
    http.listen(port, host, () => resolve());
  });
}

function cannotListen(host: string, port: number, cause: NodeJS.ErrnoException): StormglassError {
  if (cause.code === 'EADDRINUSE') {
    return new StormglassError(
      'conflict',
      `port ${port} on ${host} is taken`,
      'Stop what listens there, or choose another PORT.',
      { cause },
    );
  }
  return new StormglassError(
    'internal',
    `cannot listen on ${host}:${port}: ${cause.message}`,
    'Check HOST and PORT.',
    {
      cause,
    },
  );
}
