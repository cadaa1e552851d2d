import { readdir, readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { type ErrorCode, StormglassError } from '@stormglass/agents/contract';

/** A file that did not parse; the others load all the same. */
export interface RefusedFile {
  id: string;
  path: string;
  error: StormglassError;
}

export interface Folder<T> {
  /** In order of id. */
  read: { id: string; path: string; value: T }[];
  refused: RefusedFile[];
}

interface Kind<T> {
  /** `experiments`. */
  what: string;
  /** The environment variable that names the folder. */
  variable: string;
  /** Of a file that cannot be read at all. */
  code: ErrorCode;
  parse: (text: string) => T;
}

/**
 * Every *.yaml, *.yml and *.json file of a folder. One bad file does not hide the others: it is listed under `refused` with
 * its error. Throws `not_found` when the folder cannot be read.
 */
export async function readFolder<T>(dir: string, kind: Kind<T>): Promise<Folder<T>> {
  const { what, variable, parse } = kind;
  const folder: Folder<T> = { read: [], refused: [] };
  const names = await readdir(dir).catch((cause: unknown) => {
    const message = `The ${what} folder ${dir} cannot be read.`;
    throw new StormglassError('not_found', message, `Name an existing folder in ${variable}.`, { cause });
  });
  for (const name of names.filter((one) => /\.(ya?ml|json)$/.test(one)).sort()) {
    const path = join(dir, name);
    const id = basename(name, extname(name));
    try {
      folder.read.push({ id, path, value: parse(await readFile(path, 'utf8')) });
    } catch (cause) {
      folder.refused.push({ id, path, error: named(path, cause, kind.code) });
    }
  }
  return folder;
}

function named(path: string, cause: unknown, code: ErrorCode): StormglassError {
  if (cause instanceof StormglassError) {
    return new StormglassError(cause.code, `${path}: ${cause.message}`, cause.next, { cause });
  }
  const words = cause instanceof Error ? cause.message : String(cause);
  return new StormglassError(code, `${path}: ${words}`, 'Make the file readable.', { cause });
}
