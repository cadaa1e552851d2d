import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Absolute path of the first of these programs in PATH that works; null without one. */
export function findInPath(names: readonly string[], works: (path: string) => boolean): string | null {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of names) {
      const path = join(folder, name);
      if (existsSync(path) && works(path)) return path;
    }
  }
  return null;
}
