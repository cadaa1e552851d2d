import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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
}

export interface RunningServer {
  port: number;
  close(): Promise<void>;
}

/** Starts listening; resolves when the API answers. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { env, log } = options;
  const http = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 });
  const dashboard = compose(http, options);
  const site = { ...dashboard, log, openapi: openApiDocument(options.version), pages: options.pages };
  http.on('request', requestListener(site));
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
