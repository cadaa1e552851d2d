import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { elements, get, item, items } from '../py/access.ts';
import { activityFailed, invalid, PyError } from '../py/error.ts';
import { repr, str } from '../py/text.ts';
import { dictOf, isDict, isNumber, truthy, typeName, type Value } from '../py/value.ts';
import { fillIn } from '../scope.ts';
import { isQuiet, type Provider, type Surroundings } from './provider.ts';
import { expandHome, which } from './which.ts';

/** Runs a command: a list of arguments as it is, a text of arguments through the shell. Any exit status is a success. */
export const processProvider: Provider = {
  check(activity, env) {
    const path = get(item(activity, 'provider'), 'path', null);
    if (!truthy(path)) throw invalid('InvalidActivity', 'a process activity must have a path');
    if (which(pathOf(path), env) !== null) return;
    const where = `in activity '${str(item(activity, 'name'))}'`;
    throw invalid('InvalidActivity', `path '${str(path)}' cannot be found, ${where}`);
  },

  async run(activity, scope, surroundings) {
    const provider = item(activity, 'provider');
    const timeout = get(provider, 'timeout', null);
    const given = fillIn(get(provider, 'arguments', []), scope);
    const path = which(expandHome(pathOf(item(provider, 'path')), surroundings.env), surroundings.env);
    const words = wordsOf(path, given);
    const ended = await runCommand(words, timeoutOf(timeout), surroundings);
    if (!isQuiet(activity) && ended.status > 0) {
      const hint = 'This may indicate some error and not what you expected. Please have a look at the logs.';
      surroundings.log('WARNING', `This process returned a non-zero exit code. ${hint}`);
    }
    const [stdout, stderr] = [decode(ended.stdout), decode(ended.stderr)];
    return dictOf({ status: BigInt(ended.status), stdout, stderr });
  },
};

function pathOf(path: Value): string {
  if (typeof path === 'string') return path;
  throw new PyError('TypeError', `expected str, bytes or os.PathLike object, not ${typeName(path)}`);
}

function wordsOf(path: string | null, given: Value): string[] {
  if (typeof given === 'string') return ['/bin/sh', '-c', `${path ?? 'None'} ${given}`];
  const list = isDict(given) ? items(given).flat() : elements(given);
  if (path === null)
    throw new PyError('TypeError', 'expected str, bytes or os.PathLike object, not NoneType');
  return [path, ...list.filter((each) => each !== null && each !== '').map(str)];
}

function timeoutOf(timeout: Value): number | null {
  if (timeout === null) return null;
  if (isNumber(timeout)) return Number(timeout);
  throw new PyError('TypeError', `unsupported operand type(s) for +: 'float' and '${typeName(timeout)}'`);
}

interface Ended {
  /** The exit status, or the number of the signal that killed it, negative. */
  status: number;
  stdout: Uint8Array;
  stderr: Uint8Array;
}

async function runCommand(words: string[], timeout: number | null, around: Surroundings): Promise<Ended> {
  const [command = '', ...rest] = words;
  const child = start(command, rest, around.env);
  const kill = () => {
    child.kill('SIGKILL');
    // Its own children may hold the pipes open; nobody waits for those.
    child.stdout.destroy();
    child.stderr.destroy();
  };
  around.signal.addEventListener('abort', kill, { once: true });
  const done = new AbortController();
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', (cause: Error & { code?: string }) => reject(osError(cause, command)));
    child.once('close', (code, signal) => resolve(code ?? -numberOf(signal)));
  });
  const output = Promise.all([ended, buffer(child.stdout), buffer(child.stderr)]);
  try {
    const result = await (timeout === null ? output : Promise.race([output, late(timeout, done.signal)]));
    if (result !== null) return { status: result[0], stdout: result[1], stderr: result[2] };
    output.catch(() => undefined);
    kill();
    throw activityFailed('process activity took too long to complete');
  } finally {
    done.abort();
    around.signal.removeEventListener('abort', kill);
  }
}

/** Null when the time is over. What has ended by then counts, however late a busy machine comes to see it; no time is over at once. */
async function late(seconds: number, signal: AbortSignal): Promise<null> {
  if (seconds <= 0) return null;
  await delay(seconds * 1000, null, { signal });
  await new Promise<void>((resolve) => setImmediate(resolve));
  return null;
}

function start(command: string, rest: string[], env: NodeJS.ProcessEnv) {
  try {
    return spawn(command, rest, { env, stdio: ['inherit', 'pipe', 'pipe'] });
  } catch (cause) {
    throw osError(cause instanceof Error ? cause : new Error(String(cause)), command);
  }
}

function osError(cause: Error & { code?: string }, command: string): PyError {
  if (cause.code === 'ERR_INVALID_ARG_VALUE') return new PyError('ValueError', 'embedded null byte');
  const known: Record<string, [string, string]> = {
    ENOENT: ['FileNotFoundError', '[Errno 2] No such file or directory'],
    EACCES: ['PermissionError', '[Errno 13] Permission denied'],
    ENOEXEC: ['OSError', '[Errno 8] Exec format error'],
  };
  const [type, message] = known[cause.code ?? ''] ?? ['OSError', cause.message];
  return new PyError(type, `${message}: ${repr(command)}`, { cause });
}

const numberOf = (signal: NodeJS.Signals | null): number => (signal === null ? 0 : constants.signals[signal]);

/** The reference guesses the encoding from the bytes; here it is UTF-8. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Only malformed bytes throw; the reference words it like this when its guess was wrong.
    throw activityFailed("Failed to decode bytes using encoding 'utf-8'");
  }
}
