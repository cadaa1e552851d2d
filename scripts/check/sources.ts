import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ParseResult, parseSync } from 'oxc-parser';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Source {
  /** Relative to the repository, with slashes. */
  path: string;
  text: string;
}

/** Every source file of the repository, also those that are not committed yet. */
export function sources(): Source[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return listed
    .split('\n')
    .filter((path) => /\.(ts|tsx|mts|mjs|js)$/.test(path) && existsSync(join(ROOT, path)))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}

export const isTest = (path: string): boolean => /\.(test|spec)\.tsx?$/.test(path);

/** The parser is knip's: TypeScript 7 offers no JavaScript one that is stable. Throws on a syntax error. */
export function parse(source: Source): ParseResult {
  const result = parseSync(source.path, source.text);
  const [error] = result.errors;
  if (error !== undefined) throw new Error(`${source.path}: ${error.message}`);
  return result;
}
