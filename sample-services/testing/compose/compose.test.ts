import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { QUEUES, SHOP } from '../../../scripts/plan.ts';
import { noRabbitMq, type RabbitMqServer, testRabbitMq } from '../brokers.ts';
import { startTestPostgres, type TestPostgres } from '../postgres.ts';
import { Container } from './container.ts';
import { COMPOSE_TEXT, type ComposeService, compose, dockerStages, processOf, ROOT } from './files.ts';

const AGENTS = ['agents/node/settings.ts', 'agents/queues/main.ts'];
const services = Object.entries(compose.services);
const ours = services.filter(([, service]) => service.build !== undefined);
/** Runs the launcher, which has tests of its own. */
const shop = ours.filter(([name]) => name !== 'dashboard');

/** Services whose health cannot be asked from within their container, and why. */
const NOT_CHECKED_INSIDE: Readonly<Record<string, string>> = {
  'otel-collector': 'its image holds its one program alone: no shell, nothing that could ask',
};

const SOON = { timeout: 60_000, interval: 250 };

/** Every secret of `.env`, as its script prints them. */
const secrets = Object.fromEntries(
  execFileSync(process.execPath, ['scripts/compose-secrets.ts'], { cwd: ROOT, encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
);

describe('the compose file', () => {
  test('asks for the secrets that its script makes, and for no others', () => {
    const asked = [...COMPOSE_TEXT.matchAll(/\$\{(\w+)(?!\w*:-)/g)].map(([, name]) => name);
    const withDefault = [...COMPOSE_TEXT.matchAll(/\$\{(\w+):-/g)].map(([, name]) => name);
    expect(new Set(asked.filter((name) => !withDefault.includes(name)))).toEqual(
      new Set(Object.keys(secrets)),
    );
  });

  test('builds targets of the Dockerfile which end as a user without rights', () => {
    const stages = dockerStages();
    for (const [name, { build }] of ours) {
      const stage = stages.find((one) => one.name === build?.target);
      expect(stage, name).toBeDefined();
      expect(stage?.lines.filter((line) => line.startsWith('USER ')).at(-1), name).toBe('USER node');
    }
  });

  test.each(ours)('%s runs a file that there is', (_, own) => {
    const main = processOf(own).find((part) => part.endsWith('.ts'));
    expect(existsSync(`${ROOT}/${main}`)).toBe(true);
  });

  test.each(services)('%s has limits, and says whether it is healthy', (name, own) => {
    const { cpus, memory } = own.deploy?.resources.limits ?? {};
    expect(cpus).toMatch(/^\d+(\.\d+)?$/);
    expect(memory).toMatch(/^\d+[MG]$/);
    const reason = NOT_CHECKED_INSIDE[name];
    if (reason === undefined) expect(own.healthcheck?.test[0]).toMatch(/^CMD(-SHELL)?$/);
    else expect(own.healthcheck, reason).toBeUndefined();
  });

  test('the OpenTelemetry Collector says whether it is healthy on a port which is published', () => {
    const { service, extensions } = parse(readFileSync(`${ROOT}/docker/otel-collector.yaml`, 'utf8'));
    expect(service.extensions).toContain('health_check');
    const port = String(extensions.health_check.endpoint).split(':').at(-1);
    expect(compose.services['otel-collector']?.ports).toContain(`127.0.0.1:${port}:${port}`);
  });

  test.each(services)(
    '%s listens on loopback only, and waits for nobody who cannot become healthy',
    (_, own) => {
      for (const port of own.ports) expect(port).toMatch(/^127\.0\.0\.1:/);
      for (const [other, { condition }] of Object.entries(own.depends_on)) {
        expect(compose.services[other], other).toBeDefined();
        if (condition === 'service_healthy')
          expect(compose.services[other]?.healthcheck, other).toBeDefined();
      }
      for (const volume of own.volumes) {
        const source = volume.slice(0, volume.indexOf(':'));
        const known = source.startsWith('./') ? existsSync(`${ROOT}/${source}`) : source in compose.volumes;
        expect(known, volume).toBe(true);
      }
    },
  );

  test('makes the database of every service that names one', () => {
    const made = compose.services.postgres?.environment.SHOP_DATABASES?.split(' ') ?? [];
    const used = shop.flatMap(([, { environment }]) =>
      environment.DATABASE_URL === undefined ? [] : [new URL(environment.DATABASE_URL).pathname.slice(1)],
    );
    expect(new Set(used)).toEqual(new Set(made));
  });

  test('has every service of the launch plan, and its queue agent watches every queue', () => {
    const planned = SHOP.map(({ name }) => (name === 'shipping' ? 'shipping-1' : name));
    expect(shop.map(([name]) => name).sort()).toEqual(
      [...planned, 'auditor', 'loadgen', 'queue-agent'].sort(),
    );
    expect(compose.services['queue-agent']?.environment.QUEUES?.split(',')).toEqual([...QUEUES]);
  });

  test('gives services no variable which nobody reads', () => {
    const read = ['sample-services/kit/env.ts', 'sample-services/auditor/settings.ts', ...AGENTS]
      .map((file) => readFileSync(`${ROOT}/${file}`, 'utf8'))
      .join('\n');
    for (const [name, { environment }] of shop) {
      for (const variable of Object.keys(environment)) {
        if (variable !== 'NODE_ENV') expect(read, `${name}: ${variable}`).toContain(variable);
      }
    }
  });

  test('has a pipeline for each signal to ClickHouse and to the live view', () => {
    const config = parse(readFileSync(`${ROOT}/docker/otel-collector.yaml`, 'utf8'));
    const { pipelines } = config.service;
    expect(Object.keys(pipelines)).toEqual(['traces', 'metrics', 'logs']);
    for (const { receivers, processors, exporters } of Object.values<Record<string, string[]>>(pipelines)) {
      for (const name of receivers ?? []) expect(config.receivers).toHaveProperty([name]);
      for (const name of processors ?? []) expect(config.processors).toHaveProperty([name]);
      for (const name of exporters ?? []) expect(config.exporters).toHaveProperty([name]);
      expect(exporters).toEqual(['clickhouse', 'otlphttp/live']);
    }
  });
});

const title = `the shop of the compose file, run as plain processes${noRabbitMq === null ? '' : ` (${noRabbitMq})`}`;
describe.skipIf(noRabbitMq !== null)(title, () => {
  let postgres: TestPostgres;
  let rabbit: RabbitMqServer;
  const containers = new Map<string, Container>();

  beforeAll(async () => {
    postgres = await startTestPostgres();
    rabbit = await testRabbitMq();
    await rabbit.server.start();
    const databases = new Map<string, string>();
    for (const [, own] of shop) {
      const name = databaseOf(own);
      if (name !== null && !databases.has(name)) databases.set(name, await postgres.database(name));
    }
    const audited = z
      .record(z.string(), z.string())
      .parse(JSON.parse(compose.services.auditor?.environment.AUDIT_DATABASES ?? '{}'));
    const readable = await postgres.reader('auditor', Object.keys(audited));
    const ports = new Map<string, number>();
    for (const [name] of shop) ports.set(name, await freePort());
    const address = (text: string) => {
      const filled = text.replace(
        /\$\{(\w+)(?::-([^}]*)|:\?[^}]*)?\}/g,
        (_, name: string, otherwise?: string) => secrets[name] ?? otherwise ?? '',
      );
      if (filled.startsWith('{"orders":"postgres:')) return JSON.stringify(readable);
      const database = /^postgres:\/\/.*\/([\w-]+)$/.exec(filled)?.[1];
      if (database !== undefined) return databases.get(database) ?? filled;
      if (filled.startsWith('amqp://')) return rabbit.server.url;
      if (filled.includes(':15672')) return rabbit.managementUrl;
      return filled.replace(/http:\/\/([\w-]+):8080/g, (all, name: string) => {
        const port = ports.get(name);
        return port === undefined ? all : `http://127.0.0.1:${port}`;
      });
    };
    for (const [name, own] of shop) {
      containers.set(name, new Container(name, own, ports.get(name) ?? 0, address));
    }
  }, 120_000);
  afterAll(async () => {
    await Promise.all([...containers.values()].map((container) => container.stop()));
    await rabbit?.server.stop();
    await postgres?.stop();
  });

  test('starts in the order that it asks for, all become healthy, and an order comes through', async () => {
    const started = new Set<string>();
    while (started.size < shop.length) {
      const next = shop.filter(
        ([name, own]) =>
          !started.has(name) &&
          Object.keys(own.depends_on).every((other) => started.has(other) || !containers.has(other)),
      );
      expect(next.length, 'a ring of depends_on').toBeGreaterThan(0);
      for (const [name] of next) containers.get(name)?.start();
      await Promise.all(next.map(([name]) => untilHealthy(containers.get(name))));
      for (const [name] of next) started.add(name);
    }
    const placed = await fetch(`${containers.get('gateway')?.url}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
      body: JSON.stringify({
        userId: 'user-1',
        sku: 'sku-01',
        cardToken: 'tok_visa',
        address: '1 Harbour Street, 20095 Hamburg',
      }),
    });
    expect(await placed.json()).toMatchObject({ status: 'CONFIRMED' });
    // I7 reads what is in the broker, I13 the counters of all services.
    await vi.waitFor(async () => {
      const metrics = await (await fetch(`${containers.get('auditor')?.url}/metrics`)).text();
      const verdict = (id: string) => `stormglass_invariant_status{id="${id}",status="ok"} 1`;
      for (const id of ['I1', 'I7', 'I13']) expect(metrics).toContain(verdict(id));
    }, SOON);
  }, 240_000);
});

function databaseOf(service: ComposeService): string | null {
  const url = service.environment.DATABASE_URL;
  return url === undefined ? null : new URL(url).pathname.slice(1);
}

/** A process that ends will not become healthy: that is said at once. */
async function untilHealthy(container: Container | undefined): Promise<void> {
  if (container === undefined) return;
  await vi.waitUntil(async () => (await container.healthy()) || container.ended, {
    timeout: 90_000,
    interval: 250,
  });
  expect(container.ended, `${container.name} has ended:\n${container.output}`).toBe(false);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
