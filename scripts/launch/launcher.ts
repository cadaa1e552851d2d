import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ProcessEvent } from '@stormglass/agents/contract';
import {
  answers,
  answersSecurely,
  type HostAgent,
  type Postgres,
  type ProcessSpec,
  Supervisor,
  startHostAgent,
  startPostgres,
  writeCertificates,
} from '@stormglass/agents/host';
import { buildWeb } from '../build-web.ts';
import {
  AUDITED,
  auditor,
  CERTIFIED,
  collector,
  DATABASES,
  DEFAULT_PORTS,
  type LaunchContext,
  loadgen,
  type PlannedProcess,
  type PortName,
  type Ports,
  queueAgent,
  SHOP,
  shop,
  telemetryEnv,
  web,
} from '../plan.ts';
import { insideUrl, outsideUrl } from './addresses.ts';
import { type DataDir, type Keys, shopSecrets } from './data-dir.ts';
import { INHERITED } from './inherited.ts';
import type { StartOptions } from './options.ts';
import { freePorts } from './ports.ts';
import { proxyProcess, throughProxies, wantsProxy, writeLinks } from './proxy.ts';
import type { Report } from './reporter.ts';
import { type ListedServices, listedProcess, readServices } from './services.ts';

/** Groups in the order in which they end: who calls goes before who is called. */
type Group = 'load' | 'services' | 'shop' | 'dashboard' | 'store' | 'databases';
const STOP_ORDER: readonly Group[] = ['load', 'services', 'shop', 'dashboard', 'store', 'databases'];

/** Events kept until there is a host agent; a start has a few dozen, and with `--bare` there never is one. */
const MAX_EARLY_EVENTS = 200;

/** What the launcher needs from outside of itself. */
export interface LauncherParts {
  root: string;
  options: StartOptions;
  ports: Ports;
  keys: Keys;
  dataDir: DataDir;
  report: Report;
}

/** Starts and ends all processes of one installation. */
export class Launcher {
  readonly supervisor: Supervisor;
  readonly #parts: LauncherParts;
  readonly #groups = new Map<Group, string[]>();
  readonly #portOf = new Map<string, PortName>();
  /** Row of each instance. */
  readonly #nameOf = new Map<string, string>();
  readonly #abort = new AbortController();
  readonly #secret = randomBytes(24).toString('hex');
  readonly #startedAt = Date.now();
  readonly #listed: ListedServices | null;
  #host: HostAgent | null = null;
  /** Process events of the time before there was a host agent to tell them to the hub. */
  #early: ProcessEvent[] = [];

  constructor(parts: LauncherParts) {
    this.#parts = parts;
    const { services } = parts.options;
    this.#listed = services === null ? null : readServices(services, TAKEN);
    this.supervisor = new Supervisor({
      logDir: join(parts.dataDir.path, 'logs'),
      onEvent: (event) => this.#onProcess(event),
    });
  }

  /** Resolves when everything of the plan is healthy. */
  async start(): Promise<void> {
    const { options, ports } = this.#parts;
    const store = this.#context({});
    // The build takes a core for several seconds when it is due; the databases start beside it.
    await Promise.all([this.#startDashboard(store), options.bare ? undefined : this.#startShop()]);
    if (options.bare) this.#publish({}, '');
    if (options.bare && this.#listed !== null) await this.#startHost(store, null);
    await this.#startListed(store);
    this.#parts.report({
      event: 'ready',
      dashboard: outsideUrl(options.host, ports.dashboard),
      otlpHttp: outsideUrl(options.host, ports.otlpHttp),
      otlpGrpc: outsideUrl(options.host, ports.otlpGrpc),
      gateway: options.bare ? null : `http://127.0.0.1:${ports.gateway}`,
    });
  }

  /** Ends everything, callers before callees; safe to call at any time. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#host?.close();
    this.#host = null;
    for (const group of STOP_ORDER) await this.supervisor.stop(this.#groups.get(group) ?? []);
  }

  async #startDashboard(context: LaunchContext): Promise<void> {
    const row = web(context);
    const pages = process.env.STORMGLASS_NO_PAGES !== '1';
    const build = pages && buildWeb((message) => this.#say(message), this.#abort.signal);
    await Promise.all([this.#run('store', collector(context)), build]);
    await this.#run('dashboard', row);
  }

  async #startShop(): Promise<void> {
    const { dataDir, options, ports } = this.#parts;
    this.#groups.set('databases', ['postgres']);
    this.#portOf.set('postgres', 'postgres');
    const postgres = await startPostgres({
      supervisor: this.supervisor,
      dataDir: dataDir.path,
      port: ports.postgres,
    });
    const databases = await makeDatabases(postgres);
    const context = this.#context(databases, await makeReader(postgres));
    // New ones at each start: the authority's key is never written.
    if (context.tlsDir !== null) writeCertificates(context.tlsDir, CERTIFIED);
    this.#publish(context.databases, postgres.adminUrl);
    const seen = wantsProxy(process.env) ? await this.#startProxy(context) : context;
    await this.#startHost(context, postgres.adminUrl);
    const { first, rest } = shop(seen);
    for (const row of first) await this.#run('shop', row);
    await Promise.all([...rest, queueAgent(context), auditor(context)].map((row) => this.#run('shop', row)));
    await this.#run('load', loadgen(seen, options.load));
  }

  /** What the shop is told then: its databases and its broker are behind the proxy. Who measures goes past it. */
  async #startProxy(context: LaunchContext): Promise<LaunchContext> {
    const ports = await freePorts(Object.keys(context.databases).length);
    const { links, urls } = throughProxies(context.databases, ports);
    writeLinks(context.dataDir, links);
    await this.#run('databases', proxyProcess(context));
    return { ...context, databases: urls };
  }

  /** For tools and tests which look for this installation by its data directory. */
  #publish(databases: Record<string, string>, adminDatabase: string): void {
    const { options, ports, dataDir } = this.#parts;
    dataDir.publish({
      dashboard: insideUrl(options.host, ports.dashboard),
      collector: insideUrl('127.0.0.1', ports.collectorQuery),
      collectorSecret: this.#secret,
      databases,
      adminDatabase,
    });
  }

  /** One that does not start is said, and keeps nobody else from starting. */
  async #startListed(context: LaunchContext): Promise<void> {
    const { folder, services } = this.#listed ?? { folder: '', services: [] };
    const base = (service: string, instance: string) => ({
      ...inherited([]),
      ...telemetryEnv(context, service, instance),
    });
    await Promise.all(
      services.map(async (service) => {
        const spec = listedProcess(service, folder, base);
        this.#groups.set('services', [...(this.#groups.get('services') ?? []), spec.name]);
        this.#nameOf.set(spec.instance, spec.name);
        if (this.#abort.signal.aborted) return;
        await this.supervisor.start(spec).catch((error: Error) => this.#say(error.message));
      }),
    );
  }

  async #startHost(context: LaunchContext, adminUrl: string | null): Promise<void> {
    this.#host = await startHostAgent({
      supervisor: this.supervisor,
      adminUrl,
      journal: join(context.dataDir, 'undo.jsonl'),
      hub: insideUrl(context.host, context.ports.dashboard),
      key: context.keys.agent,
      version: context.version,
      // The broker is no service, but its database can be closed like one.
      reach: this.#reach(),
      proxyApi: wantsProxy(process.env) ? insideUrl('127.0.0.1', context.ports.proxy) : null,
      startedAt: this.#startedAt,
      onUndone: (words) => this.#say(`taken back from an earlier start: ${words}`),
    });
    for (const event of this.#early) this.#host.process(event);
    this.#early = [];
  }

  /** The broker is no service, but its database can be closed like one. */
  #reach(): string[] {
    const shop = this.#parts.options.bare ? [] : [...SHOP.map(({ name }) => name), 'broker'];
    return [...shop, ...(this.#listed?.services.map(({ name }) => name) ?? [])];
  }

  #context(databases: Record<string, string>, readable: Record<string, string> = {}): LaunchContext {
    const { root, options, ports, keys, dataDir } = this.#parts;
    return {
      root,
      dataDir: dataDir.path,
      host: options.host,
      ports,
      collectorSecret: this.#secret,
      keys,
      version: versionOf(root),
      experiments: process.env.STORMGLASS_EXPERIMENTS ? resolve(process.env.STORMGLASS_EXPERIMENTS) : null,
      databases,
      readable,
      secrets: shopSecrets(dataDir.path),
      tlsDir: process.env.SHOP_MTLS === 'on' ? join(dataDir.path, 'tls') : null,
    };
  }

  async #run(group: Group, row: PlannedProcess): Promise<void> {
    const { root } = this.#parts;
    if (this.#abort.signal.aborted) return;
    this.#groups.set(group, [...(this.#groups.get(group) ?? []), row.name]);
    if (row.port !== null) this.#portOf.set(row.name, row.port);
    this.#nameOf.set(row.instance, row.name);
    const spec = nodeProcess(root, row);
    await this.supervisor.start(group === 'shop' ? { ...spec, ...scalable(root, row) } : spec);
  }

  #onProcess(event: ProcessEvent): void {
    const { report, ports } = this.#parts;
    const { pid, state, detail } = event;
    const name = this.#nameOf.get(event.instance) ?? event.service;
    const port = this.#portOf.get(name);
    if (this.#host === null) this.#early = [...this.#early, event].slice(-MAX_EARLY_EVENTS);
    else this.#host.process(event);
    report({
      event: 'process',
      name,
      pid,
      port: port === undefined ? 0 : ports[port],
      state,
      detail,
    });
  }

  #say(message: string): void {
    this.#parts.report({ event: 'progress', message });
  }
}

/** Names which a user's own service cannot have: somebody else is called so, or a fault on it would be refused. */
const TAKEN: ReadonlySet<string> = new Set([
  ...Object.keys(DEFAULT_PORTS),
  ...['broker', 'collector', 'host', 'stormglass', 'web'],
]);

async function makeDatabases(postgres: Postgres): Promise<Record<string, string>> {
  const made: Record<string, string> = {};
  // One after the other: `create database` locks the template.
  for (const name of DATABASES) made[name] = await postgres.database(name);
  // Somebody's own broker in place of the embedded one.
  const broker = process.env.BROKER_URL || made.broker;
  return broker === undefined ? made : { ...made, broker };
}

/** Somebody's own broker is none of our databases. */
async function makeReader(postgres: Postgres): Promise<Record<string, string>> {
  const audited = process.env.BROKER_URL ? AUDITED.filter((name) => name !== 'broker') : AUDITED;
  return postgres.reader('auditor', audited);
}

/** Of Stormglass itself. */
export function versionOf(root: string): string {
  const manifest: { version: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return manifest.version;
}

function isHealthy(url: string, certificates: PlannedProcess['certificates']): Promise<boolean> {
  return certificates === null ? answers(url) : answersSecurely(url, certificates);
}

/**
 * V8 lets what is newly made grow to tens of MB before it cleans up, in each of our twenty processes: with 4 MB all of
 * them together take 2,410 MB at 5 orders/s instead of 3,110, for the same CPU.
 */
const SMALL_YOUNG_SPACE = '--max-semi-space-size=4';

/** More of a service of the shop, each on a port of its own: the registry tells callers where they are. */
function scalable(root: string, row: PlannedProcess): Pick<ProcessSpec, 'replica'> {
  return {
    replica: (n, port) => {
      const instance = `${row.service}-${n}`;
      const attributes = row.env.OTEL_RESOURCE_ATTRIBUTES ?? '';
      const env = {
        ...row.env,
        PORT: String(port),
        OTEL_RESOURCE_ATTRIBUTES: attributes.replace(row.instance, instance),
      };
      const at = row.healthUrl === null ? null : new URL(row.healthUrl);
      if (at !== null) at.port = String(port);
      return nodeProcess(root, { ...row, name: instance, instance, env, healthUrl: at?.href ?? null });
    },
  };
}

function inherited(more: readonly string[]): Record<string, string> {
  const present = [...INHERITED, ...more].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(present);
}

function nodeProcess(root: string, row: PlannedProcess): ProcessSpec {
  const imports = ['--import', '@stormglass/agents/lifeline'];
  if (row.instrumented) imports.push('--import', '@stormglass/agents/register');
  return {
    name: row.name,
    service: row.service,
    instance: row.instance,
    command: process.execPath,
    args: [SMALL_YOUNG_SPACE, ...imports, join(root, row.main)],
    env: { ...inherited(row.inherits ?? []), NODE_ENV: 'production', ...row.env },
    cwd: root,
    ready: async () => row.healthUrl === null || (await isHealthy(row.healthUrl, row.certificates)),
    stopSignal: 'SIGTERM',
    stopWithinMs: row.stopWithinMs,
    startWithinMs: 60_000,
  };
}
