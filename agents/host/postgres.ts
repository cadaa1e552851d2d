import { createHmac, randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { StormglassError } from '../contract/index.ts';
import { runLeashed } from './leashed.ts';
import { databaseUser, postgresBinaries, reachableFolder } from './postgres-binaries.ts';
import { reclaimPostgres } from './postgres-reclaim.ts';
import type { ProcessSpec } from './process-spec.ts';
import type { Supervisor } from './supervisor.ts';

const HOST = '127.0.0.1';
const SUPERUSER = 'stormglass';

/**
 * Small on purpose: a shop's databases fit in the page cache, and sixteen processes share two cores. `fsync` stays on,
 * because the shop promises that an acknowledged order survives a kill.
 */
const SETTINGS: Record<string, string> = {
  listen_addresses: HOST,
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '48MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '256MB',
  io_method: 'sync',
  jit: 'off',
  log_min_messages: 'fatal',
  log_checkpoints: 'off',
};

export interface PostgresOptions {
  supervisor: Supervisor;
  /** Folder of the installation; the cluster lives in `<dataDir>/postgres`. */
  dataDir: string;
  port: number;
}

/** A running server of this installation, with one database and one role of the same name for each service. */
export interface Postgres {
  /** Connection URL of the superuser; for faults and tests, never for a service. */
  adminUrl: string;
  /** Makes the database and its role unless they exist; answers the role's URL. */
  database(name: string): Promise<string>;
  /** Makes a role that may read everything in these databases and write nothing; answers its URL for each of them. */
  reader(role: string, databases: readonly string[]): Promise<Record<string, string>>;
}

/** Name of its row in the process table. */
export const POSTGRES = 'postgres';

/** Starts the embedded server, taking over from one that outlived its launcher. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const user = databaseUser();
  const folder = postgresFolder(options.dataDir);
  const binaries = postgresBinaries(user);
  const password = superuserPassword(options.dataDir);
  await reclaimPostgres(folder);
  if (!existsSync(join(folder, 'PG_VERSION'))) await initialise(binaries.initdb, folder, password, user);
  const adminUrl = urlOf(SUPERUSER, password, options.port, 'postgres');
  await options.supervisor.start(processSpec(binaries.postgres, folder, options.port, adminUrl, user));
  return {
    adminUrl,
    database: (name) => ensureDatabase(adminUrl, name, rolePassword(password, name), options.port),
    reader: async (role, databases) => {
      const secret = rolePassword(password, role);
      await ensureReader(adminUrl, role, secret, databases);
      return Object.fromEntries(databases.map((name) => [name, urlOf(role, secret, options.port, name)]));
    },
  };
}

/** Where the cluster of `dataDir` is: `--fresh` removes it too when it lives outside. */
export function postgresFolder(dataDir: string): string {
  return reachableFolder(join(dataDir, 'postgres'), databaseUser());
}

function processSpec(
  postgres: string,
  folder: string,
  port: number,
  adminUrl: string,
  user: { uid: number; gid: number } | null,
): ProcessSpec {
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return {
    name: POSTGRES,
    service: POSTGRES,
    instance: `${POSTGRES}-1`,
    command: postgres,
    args: ['-D', folder, '-p', String(port), ...settings],
    env: { PATH: process.env.PATH ?? '', LC_MESSAGES: 'C' },
    cwd: folder,
    ...(user === null ? {} : user),
    ready: () => query(adminUrl, 'select 1').then(() => true),
    stopSignal: 'SIGINT',
    stopWithinMs: 8_000,
    startWithinMs: 60_000,
    // After a SIGKILL of the server its sessions live on for a moment and hold the shared memory.
    beforeStart: async () => {
      await reclaimPostgres(folder);
    },
    // Fast shutdown, then an immediate one: gone within five seconds of the launcher whatever its sessions do.
    onLauncherDeath: (pid) => `kill -INT ${pid}; sleep 3; kill -QUIT ${pid}`,
  };
}

async function initialise(
  initdb: string,
  folder: string,
  password: string,
  user: { uid: number; gid: number } | null,
): Promise<void> {
  // Under another name until it is whole: one that was cut short must not be taken for a cluster.
  const making = `${folder}.making`;
  for (const rest of [folder, making]) rmSync(rest, { recursive: true, force: true });
  mkdirSync(making, { recursive: true, mode: 0o700 });
  const secret = `${folder}.password`;
  writeFileSync(secret, password, { mode: 0o600 });
  if (user !== null) {
    chownSync(making, user.uid, user.gid);
    chownSync(secret, user.uid, user.gid);
  }
  const flags = ['--no-locale', '--encoding=UTF8', '--auth=scram-sha-256', '--no-sync'];
  try {
    const args = [`--pgdata=${making}`, `--username=${SUPERUSER}`, `--pwfile=${secret}`, ...flags];
    const { code, output } = await runLeashed(initdb, args, {
      cwd: making,
      env: { PATH: process.env.PATH ?? '', LC_ALL: 'C', NODE_ENV: 'production' },
      ...(user === null ? {} : user),
    });
    if (code !== 0) throw initError(output);
    renameSync(making, folder);
  } finally {
    for (const rest of [making, secret]) rmSync(rest, { recursive: true, force: true });
  }
}

function initError(output: string): StormglassError {
  return new StormglassError(
    'internal',
    `the database cluster could not be made: ${output.trim()}`,
    'look at its last line; a full disk and a folder without rights are the usual causes',
  );
}

async function ensureDatabase(
  adminUrl: string,
  name: string,
  password: string,
  port: number,
): Promise<string> {
  await asAdmin(adminUrl, async (client) => {
    const id = client.escapeIdentifier(name);
    await ensureRole(client, name, password);
    const databases = await client.query('select from pg_database where datname = $1', [name]);
    if (databases.rowCount === 0) await client.query(`create database ${id} owner ${id}`);
    // Otherwise every role may connect to every database, and a wrong URL would go unnoticed.
    await client.query(`revoke connect on database ${id} from public`);
  });
  return urlOf(name, password, port, name);
}

/** Tables that come later can be read, too: what they are made of is up to their owners. */
async function ensureReader(
  adminUrl: string,
  role: string,
  password: string,
  databases: readonly string[],
): Promise<void> {
  await asAdmin(adminUrl, async (client) => {
    const id = client.escapeIdentifier(role);
    await ensureRole(client, role, password);
    await client.query(`grant pg_read_all_data to ${id}`);
    await client.query(`alter role ${id} set default_transaction_read_only = on`);
    for (const name of databases) {
      await client.query(`grant connect on database ${client.escapeIdentifier(name)} to ${id}`);
    }
  });
}

async function ensureRole(client: pg.Client, name: string, password: string): Promise<void> {
  const roles = await client.query('select from pg_roles where rolname = $1', [name]);
  const verb = roles.rowCount === 0 ? 'create' : 'alter';
  await client.query(
    `${verb} role ${client.escapeIdentifier(name)} login password ${client.escapeLiteral(password)}`,
  );
}

async function asAdmin(adminUrl: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 });
  // A server that goes away while we wait is told by the rejected query.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** Made once for a data directory, readable by its owner alone. */
function superuserPassword(dataDir: string): string {
  const file = join(dataDir, 'postgres.secret');
  if (!existsSync(file)) {
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(file, randomBytes(24).toString('hex'), { mode: 0o600 });
  }
  return readFileSync(file, 'utf8');
}

function rolePassword(secret: string, role: string): string {
  return createHmac('sha256', secret).update(role).digest('hex').slice(0, 32);
}

function urlOf(user: string, password: string, port: number, database: string): string {
  return `postgres://${encodeURIComponent(user)}:${password}@${HOST}:${port}/${database}`;
}
