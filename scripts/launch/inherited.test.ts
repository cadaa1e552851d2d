import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import {
  auditor,
  collector,
  DATABASES,
  DEFAULT_PORTS,
  type LaunchContext,
  loadgen,
  queueAgent,
  shop,
  web,
} from '../plan.ts';
import { INHERITED } from './inherited.ts';
import { proxyProcess } from './proxy.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(`${ROOT}/${path}`, 'utf8');

/** An installation with everything that can be switched on. */
const context: LaunchContext = {
  ...{ root: ROOT, dataDir: '/data', host: '0.0.0.0', ports: DEFAULT_PORTS, version: '1.0.0' },
  keys: { login: 'login', agent: 'agent', otlp: 'otlp' },
  databases: Object.fromEntries(DATABASES.map((name) => [name, `postgres://127.0.0.1/${name}`])),
  readable: {},
  secrets: { service: 'service', seal: 'seal' },
  ...{ collectorSecret: 'secret', experiments: null, tlsDir: '/data/tls' },
};
const { first, rest } = shop(context);
const rows = [collector, web, queueAgent, auditor, proxyProcess].map((row) => row(context));
const reaching = new Set([
  ...INHERITED,
  ...[...rows, ...first, ...rest, loadgen(context, true)].flatMap(({ env, inherits = [] }) => [
    ...Object.keys(env),
    ...inherits,
  ]),
]);

/** Why `npm start` does not pass it on. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  STORMGLASS_OTLP_KEY:
    'of the command line tool; the launcher gives it to the collector as COLLECTOR_OTLP_KEY',
  STORMGLASS_PROXY: 'of the launcher itself',
  STORMGLASS_URL: 'of the command line tool',
  NO_COLOR: 'of the command line tool',
  PROXY_PORT: 'of a proxy that is started by hand',
  PROXY_CONFIG: 'of a proxy that is started by hand',
  KAFKA_TEST_URL: 'of a test',
  KAFKA_TEST_CRASH: 'of a test',
  STORMGLASS_FAULTS_SEED: 'of a campaign',
  SHOP_CRASH_AT: 'of tests: every service would die of it',
  ADVERTISE_HOST: 'of containers: here everything is on loopback',
  ...Object.fromEntries(
    ['CATALOG', 'ORDERVIEW', 'ORDERS', 'INVENTORY', 'PAYMENTS', 'SHIPPING', 'NOTIFICATIONS'].map((name) => [
      `${name}_URL`,
      'of tests: services find each other at the registry',
    ]),
  ),
};

const guides = readdirSync(`${ROOT}/docs`).filter((name) => name.endsWith('.md'));
const documents = [
  ...guides.map((name) => `docs/${name}`),
  ...['README.md', 'sample-services/README.md', 'web/server/README.md'],
];
/** In quotes, or set in front of a command. */
const NAMED = /`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=[^`]*)?`|\b([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)=/g;
/** What happened, and what Node says went wrong, are no settings. */
const OTHER = /^ERR_|^(ORDER|INVENTORY|PAYMENT|SHIPMENT|NOTIFICATION)_[A-Z_]+ED$/;
const documented = documents
  .flatMap((path) => [...read(path).matchAll(NAMED)].map(([, quoted, set]) => quoted ?? set ?? ''))
  .filter((name) => !OTHER.test(name));

/** The names of an environment's schema, as its file has them. */
const namesIn = (path: string) =>
  [...read(path).matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map(([, name]) => name ?? '');
const schemas = [
  ...['agents/collector/config.ts', 'web/server/env.ts'],
  ...['sample-services/kit/env.ts', 'sample-services/auditor/settings.ts'],
];

test.each([
  ['that is documented', documented] as const,
  ...schemas.map((path) => [`that ${path} reads`, namesIn(path)] as const),
])('every setting %s reaches its process under npm start, or there is a reason why not', (_, names) => {
  expect(names.length).toBeGreaterThan(8);
  const lost = new Set(names.filter((name) => !reaching.has(name) && !(name in ELSEWHERE)));
  expect([...lost]).toEqual([]);
});

test('no setting is listed twice, or both passed on and an exception', () => {
  expect(INHERITED.filter((name, i) => INHERITED.indexOf(name) !== i || name in ELSEWHERE)).toEqual([]);
});
