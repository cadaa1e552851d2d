import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { StormglassError } from '@stormglass/agents/contract';
import { commandLine, isAlive, postgresFolder, reclaimPostgres } from '@stormglass/agents/host';
import { z } from 'zod';

/** Says that a folder is ours, so that `--fresh` never deletes anything else. */
const MARKER = 'stormglass-data';
const LOCK = 'launcher.json';
/** Bytes. Postgres takes no path of 1,024, and its files have names of their own. */
const MAX_PATH = 900;

/** What a running launcher leaves in its data directory for tools; readable by its user alone. */
export const LauncherFile = z.object({
  pid: z.number().int(),
  dashboard: z.string(),
  /** Health and metrics of the collector. */
  collector: z.string(),
  /** With it the telemetry store answers questions at that address. */
  collectorSecret: z.string().default(''),
  /** Connection URLs by service name. */
  databases: z.record(z.string(), z.string()),
  adminDatabase: z.string(),
});
export type LauncherFile = z.infer<typeof LauncherFile>;

export interface DataDir {
  path: string;
  /** True when the last launcher on it was killed: its children may need a moment to go. */
  reclaimed: boolean;
  publish(file: Omit<LauncherFile, 'pid'>): void;
  release(): void;
}

/** Takes the folder for this process; `conflict` when a living launcher has it. */
export async function openDataDir(path: string, fresh: boolean): Promise<DataDir> {
  const reclaimed = checkLock(path);
  try {
    if (Buffer.byteLength(path) > MAX_PATH) throw Object.assign(new Error(), { code: 'ENAMETOOLONG' });
    if (fresh) await clear(path);
    makeFolder(join(path, 'logs'));
    writeFileSync(join(path, MARKER), 'Data of Stormglass; npm start -- --fresh deletes it.\n');
    writeLock(path, { dashboard: '', collector: '', collectorSecret: '', databases: {}, adminDatabase: '' });
  } catch (cause) {
    throw cause instanceof StormglassError ? cause : unusable(path, cause);
  }
  return {
    path,
    reclaimed,
    publish: (file) => writeLock(path, file),
    release: () => rmSync(join(path, LOCK), { force: true }),
  };
}

/** One after the other: Node's own recursive `mkdir` never returns where none can be made (/proc, measured with 26.10). */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'that file system is read-only',
  ENOENT: 'no folder can be made there',
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'a part of the path is a file',
  ENAMETOOLONG: 'the path is too long',
  ENOSPC: 'the disk is full',
};

function unusable(path: string, cause: unknown): StormglassError {
  const { code = '', message = String(cause) } = cause as NodeJS.ErrnoException;
  return new StormglassError(
    'invalid_request',
    `${path} cannot hold the data: ${REASONS[code] ?? message}`,
    'give another folder with --data-dir',
    { cause },
  );
}

/** The file of the launcher which runs on `dataDir`; for tests and tools. */
export function readLauncherFile(dataDir: string): LauncherFile {
  return LauncherFile.parse(JSON.parse(readFileSync(join(dataDir, LOCK), 'utf8')));
}

function writeLock(path: string, file: Omit<LauncherFile, 'pid'>): void {
  writeFileSync(join(path, LOCK), JSON.stringify({ pid: process.pid, ...file }), { mode: 0o600 });
}

/** True when there is the lock of a dead launcher. */
function checkLock(path: string): boolean {
  const file = join(path, LOCK);
  if (!existsSync(file)) return false;
  const pid = Number(/"pid":(\d+)/.exec(readFileSync(file, 'utf8'))?.[1]);
  // The number may belong to somebody else by now.
  if (pid > 1 && pid !== process.pid && isAlive(pid) && commandLine(pid).includes('start.ts')) {
    throw new StormglassError(
      'conflict',
      `${path} is in use by the launcher with pid ${pid}`,
      'end that one (Ctrl-C in its terminal), or give another folder with --data-dir',
    );
  }
  return true;
}

async function clear(path: string): Promise<void> {
  if (!existsSync(path)) return;
  if (!existsSync(join(path, MARKER)) && readdirSync(path).length > 0) {
    throw new StormglassError(
      'conflict',
      `${path} holds something else than Stormglass data, so --fresh does not delete it`,
      'delete it yourself, or give another folder with --data-dir',
    );
  }
  const cluster = postgresFolder(path);
  await reclaimPostgres(cluster);
  rmSync(cluster, { recursive: true, force: true });
  rmSync(path, { recursive: true, force: true });
}

export interface Keys {
  login: string | null;
  agent: string | null;
  otlp: string | null;
  /** True when they were made just now: the one time they are printed. */
  made: boolean;
}

const StoredKeys = z.object({ login: z.string(), agent: z.string(), otlp: z.string() });

/** None on loopback; else three secrets: those of the environment, or ones which stay the same for a data directory. */
export function accessKeys(dataDir: string, loopback: boolean, env: NodeJS.ProcessEnv): Keys {
  const { STORMGLASS_LOGIN_TOKEN: login, STORMGLASS_AGENT_KEY: agent, STORMGLASS_OTLP_KEY: otlp } = env;
  if (login && agent && otlp && !loopback) return { login, agent, otlp, made: false };
  if (loopback) return { login: null, agent: null, otlp: null, made: false };
  const file = join(dataDir, 'keys.json');
  if (existsSync(file)) return { ...StoredKeys.parse(JSON.parse(readFileSync(file, 'utf8'))), made: false };
  const secret = () => randomBytes(24).toString('base64url');
  const keys = { login: secret(), agent: secret(), otlp: secret() };
  writeFileSync(file, JSON.stringify(keys), { mode: 0o600 });
  return { ...keys, made: true };
}

const StoredShopSecrets = z.object({
  seal: z.string(),
  /** A directory of an earlier version has none yet. */
  service: z.string().optional(),
});
/** `seal`: of cards. `service`: root of what each service proves itself with. */
export type ShopSecrets = Record<'seal' | 'service', string>;

/** What the services of the shop share with nobody else; stays the same for a data directory, as its rows do. */
export function shopSecrets(dataDir: string): ShopSecrets {
  const file = join(dataDir, 'shop-secrets.json');
  const stored = existsSync(file) ? StoredShopSecrets.parse(JSON.parse(readFileSync(file, 'utf8'))) : null;
  const secret = () => randomBytes(24).toString('base64url');
  const secrets = { seal: stored?.seal ?? secret(), service: stored?.service ?? secret() };
  if (stored?.service === undefined) writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
  return secrets;
}
