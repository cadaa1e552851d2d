import { readdir, readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { StormglassError } from '@stormglass/agents/contract';
import { parseExperiment } from './parse.ts';
import type { LoadedExperiment } from './ports.ts';

/** A file that did not parse; the others load all the same. */
export interface RefusedFile {
  id: string;
  path: string;
  error: StormglassError;
}

export interface LoadedFolder {
  /** In order of id. */
  experiments: LoadedExperiment[];
  refused: RefusedFile[];
}

/**
 * Every *.yaml, *.yml and *.json file of a folder as an experiment. One bad file does not hide the others: it is listed
 * under `refused` with its error. Throws `not_found` when the folder cannot be read.
 */
export async function loadExperiments(dir: string): Promise<LoadedFolder> {
  const folder: LoadedFolder = { experiments: [], refused: [] };
  const names = await readdir(dir).catch((cause: unknown) => {
    const message = `The experiments folder ${dir} cannot be read.`;
    throw new StormglassError('not_found', message, 'Name an existing folder in STORMGLASS_EXPERIMENTS.', {
      cause,
    });
  });
  for (const name of names.filter((one) => /\.(ya?ml|json)$/.test(one)).sort()) {
    const path = join(dir, name);
    const id = basename(name, extname(name));
    try {
      folder.experiments.push({ id, path, spec: parseExperiment(await readFile(path, 'utf8')) });
    } catch (cause) {
      folder.refused.push({ id, path, error: named(path, cause) });
    }
  }
  return folder;
}

function named(path: string, cause: unknown): StormglassError {
  if (cause instanceof StormglassError) {
    return new StormglassError(cause.code, `${path}: ${cause.message}`, cause.next, { cause });
  }
  const words = cause instanceof Error ? cause.message : String(cause);
  return new StormglassError('experiment_invalid', `${path}: ${words}`, 'Make the file readable.', { cause });
}
