import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import { z } from 'zod';
import { proxyList } from './api/requests.ts';
import { serveApi } from './api/server.ts';
import { Proxies } from './collection.ts';

/** The process of its own: `node agents/host/proxy/main.ts`. docs/proxy.md says why it is one. */
const Environment = z.object({
  PROXY_HOST: z.string().default('127.0.0.1'),
  PROXY_PORT: z.coerce.number().int().min(0).max(65_535).default(8474),
  /** A JSON file of proxies to begin with, as `POST /populate` takes it. */
  PROXY_CONFIG: z.string().optional(),
  LOG_LEVEL: z.string().default('info'),
});

const env = Environment.parse(process.env);
const log = pino({ name: 'proxy', level: env.LOG_LEVEL });
// From here on, so that a signal during the start ends it as well.
const stopped = new Promise<void>((resolve) => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve());
});
const proxies = new Proxies();
try {
  // Before the API: whoever sees it answer finds the proxies there.
  const wanted = env.PROXY_CONFIG === undefined ? [] : proxyList(readFileSync(env.PROXY_CONFIG, 'utf8'));
  for (const proxy of wanted) await proxies.addOrReplace(proxy);
  const api = await serveApi(proxies, env.PROXY_HOST, env.PROXY_PORT);
  log.info(
    { event: 'ready', api: api.address, proxies: proxies.all().map(({ name }) => name) },
    'proxy ready',
  );
  await stopped;
  await api.close();
} catch (cause) {
  log.fatal({ err: cause }, 'the proxy could not start');
  process.exitCode = 1;
}
await proxies.close();
