import { existsSync, statSync } from 'node:fs';
import { hostname, type } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Surroundings } from '../providers/provider.ts';
import { which } from '../providers/which.ts';
import { get, item } from '../py/access.ts';
import { PyError } from '../py/error.ts';
import { typeName, type Value } from '../py/value.ts';

/** A function of Python that Stormglass does itself. */
export interface PythonFunction {
  /** Its parameters in their order; true for those that have to be given. */
  parameters: Readonly<Record<string, boolean>>;
  call(given: Value, surroundings: Surroundings): Value | Promise<Value>;
}

/** Functions by module and name. */
export type PythonModules = Readonly<Record<string, Readonly<Record<string, PythonFunction>>>>;

/** What the experiments of the toolkit's own documentation call. */
export const PYTHON_MODULES: PythonModules = {
  'os.path': {
    exists: { parameters: { path: true }, call: (given) => existsSync(pathIn(given, 'path')) },
    isfile: { parameters: { path: true }, call: (given) => statOf(pathIn(given, 'path'))?.isFile() === true },
    isdir: { parameters: { s: true }, call: (given) => statOf(pathIn(given, 's'))?.isDirectory() === true },
  },
  os: {
    getcwd: { parameters: {}, call: () => process.cwd() },
    getpid: { parameters: {}, call: () => BigInt(process.pid) },
    getenv: {
      parameters: { key: true, default: false },
      call: (given, { env }) => env[pathIn(given, 'key')] ?? get(given, 'default', null),
    },
  },
  platform: {
    node: { parameters: {}, call: () => hostname() },
    system: { parameters: {}, call: () => type() },
  },
  shutil: {
    which: { parameters: { cmd: true }, call: (given, { env }) => which(pathIn(given, 'cmd'), env) },
  },
  'chaoslib.exit': {
    exit_gracefully: { parameters: {}, call: (_, around) => leave('SIGUSR1', around) },
    exit_ungracefully: { parameters: {}, call: (_, around) => leave('SIGUSR2', around) },
  },
};

function pathIn(given: Value, name: string): string {
  const path = item(given, name);
  if (typeof path === 'string') return path;
  throw new PyError('TypeError', `expected str, bytes or os.PathLike object, not ${typeName(path)}`);
}

const statOf = (path: string) => statSync(path, { throwIfNoEntry: false });

/** How long a signal to the own process may take to arrive, milliseconds. */
const ARRIVAL_MS = 1000;

async function leave(name: NodeJS.Signals, { signal }: Surroundings): Promise<Value> {
  process.kill(process.pid, name);
  await delay(ARRIVAL_MS, undefined, { signal }).catch(() => undefined);
  return null;
}
