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
  type LaunchContext,
  loadgen,
  type PlannedProcess,
  type PortName,
  type Ports,
  queueAgent,
  SHOP,
  shop,
  web,
} from '../plan.ts';
import { insideUrl, outsideUrl } from './addresses.ts';
import { type DataDir, type Keys, shopSecrets } from './data-dir.ts';
import { INHERITED } from './inherited.ts';
import type { StartOptions } from './options.ts';
import { freePorts } from './ports.ts';
import { proxyProcess, throughProxies, wantsProxy, writeLinks } from './proxy.ts';
import type { Report } from './reporter.ts';

/** Groups in the order in which they end: who calls goes before who is called. */
type Group = 'load' | 'shop' | 'dashboard' | 'store' | 'databases';
const STOP_ORDER: readonly Group[] = ['load', 'shop', 'dashboard', 'store', 'databases'];

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
  #host: HostAgent | null = null;
  /** Process events of the time before there was a host agent to tell them to the hub. */
  #early: ProcessEvent[] = [];

  constructor(parts: LauncherParts) {
    this.#parts = parts;
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

  async #startHost(context: LaunchContext, adminUrl: string): Promise<void> {
    this.#host = await startHostAgent({
      supervisor: this.supervisor,
      adminUrl,
      journal: join(context.dataDir, 'undo.jsonl'),
      hub: insideUrl(context.host, context.ports.dashboard),
      key: context.keys.agent,
      version: context.version,
      // The broker is no service, but its database can be closed like one.
      proxyApi: wantsProxy(process.env) ? insideUrl('127.0.0.1', context.ports.proxy) : null,
      reach: [...SHOP.map(({ name }) => name), 'broker'],
      startedAt: this.#startedAt,
      onUndone: (words) => this.#say(`taken back from an earlier start: ${words}`),
    });
    for (const event of this.#early) this.#host.process(event);
    this.#early = [];
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
    await this.supervisor.start(nodeProcess(root, row));
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

function versionOf(root: string): string {
  const manifest: { version: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return manifest.version;
}

function isHealthy(url: string, certificates: PlannedProcess['certificates']): Promise<boolean> {
  return certificates === null ? answers(url) : answersSecurely(url, certificates);
}

function nodeProcess(root: string, row: PlannedProcess): ProcessSpec {
  const inherited = [...INHERITED, ...(row.inherits ?? [])].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const imports = ['--import', '@stormglass/agents/lifeline'];
  if (row.instrumented) imports.push('--import', '@stormglass/agents/register');
  return {
    name: row.name,
    service: row.service,
    instance: row.instance,
    command: process.execPath,
    args: [...imports, join(root, row.main)],
    env: { ...Object.fromEntries(inherited), NODE_ENV: 'production', ...row.env },
    cwd: root,
    ready: async () => row.healthUrl === null || (await isHealthy(row.healthUrl, row.certificates)),
    stopSignal: 'SIGTERM',
    stopWithinMs: row.stopWithinMs,
    startWithinMs: 60_000,
  };
}
