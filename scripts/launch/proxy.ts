import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StormglassError } from '@stormglass/agents/contract';
import type { LaunchContext, PlannedProcess } from '../plan.ts';

/** Brokers and databases whose clients talk to the one address of their URL, with the port which they take unsaid. */
const PORT_OF: Readonly<Record<string, number>> = {
  'postgres:': 5432,
  'postgresql:': 5432,
  'redis:': 6379,
  'amqp:': 5672,
};

/** STORMGLASS_PROXY=on puts the TCP fault proxy before each service's database and before the broker. */
export function wantsProxy(env: Readonly<Record<string, string | undefined>>): boolean {
  const { STORMGLASS_PROXY: switched = '' } = env;
  if (switched === 'on') return true;
  if (switched === '' || switched === 'off') return false;
  throw new StormglassError('invalid_request', `STORMGLASS_PROXY=${switched} means nothing`, 'say on or off');
}

interface Link {
  name: string;
  listen: string;
  upstream: string;
}

/**
 * A proxy for each URL, on the ports given, and the URLs that lead through them. A URL whose address is not the only
 * one its client uses (Kafka), or which a certificate names, is left alone.
 */
export function throughProxies(
  urls: Readonly<Record<string, string>>,
  ports: readonly number[],
): { links: Link[]; urls: Record<string, string> } {
  const links: Link[] = [];
  const through = Object.entries(urls).map(([name, text], i): [string, string] => {
    const url = URL.canParse(text) ? new URL(text) : null;
    const port = ports[i];
    if (url === null || port === undefined || PORT_OF[url.protocol] === undefined) return [name, text];
    const upstream = `${url.hostname}:${url.port || PORT_OF[url.protocol]}`;
    links.push({ name, listen: `127.0.0.1:${port}`, upstream });
    url.hostname = '127.0.0.1';
    url.port = String(port);
    return [name, url.href];
  });
  return { links, urls: Object.fromEntries(through) };
}

const configOf = (dataDir: string): string => join(dataDir, 'proxies.json');

/** Before the process starts: it reads its proxies there, also when it is started again. */
export function writeLinks(dataDir: string, links: readonly Link[]): void {
  writeFileSync(configOf(dataDir), `${JSON.stringify(links, null, 2)}\n`);
}

/** The proxy's process. */
export function proxyProcess(context: LaunchContext): PlannedProcess {
  const { proxy: port } = context.ports;
  return {
    name: 'proxy',
    service: 'proxy',
    instance: 'proxy-1',
    main: 'agents/host/proxy/main.ts',
    port: 'proxy',
    healthUrl: `http://127.0.0.1:${port}/version`,
    certificates: null,
    instrumented: false,
    stopWithinMs: 3_000,
    env: { PROXY_PORT: String(port), PROXY_CONFIG: configOf(context.dataDir) },
  };
}
