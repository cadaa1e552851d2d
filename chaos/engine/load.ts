import { type RefusedFile, readFolder } from '../documents/index.ts';
import { parseExperiment } from './parse.ts';
import type { LoadedExperiment } from './ports.ts';

export interface LoadedFolder {
  /** In order of id. */
  experiments: LoadedExperiment[];
  refused: RefusedFile[];
}

/**
 * Every file of a folder as an experiment; a bad one is listed under `refused`. Throws `not_found` when the folder cannot be
 * read.
 */
export async function loadExperiments(dir: string): Promise<LoadedFolder> {
  const kind = {
    what: 'experiments',
    variable: 'STORMGLASS_EXPERIMENTS',
    code: 'experiment_invalid',
  } as const;
  const { read, refused } = await readFolder(dir, { ...kind, parse: parseExperiment });
  return { experiments: read.map(({ id, path, value }) => ({ id, path, spec: value })), refused };
}
