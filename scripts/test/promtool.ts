import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { unpackDebian } from './debian.ts';
import { findInPath } from './in-path.ts';
import { ROOT } from './stages.ts';

const FOLDER = join(ROOT, 'node_modules', '.cache', 'promtool');
const UNPACKED = join(FOLDER, 'usr', 'bin', 'promtool');

/**
 * What to add to the environment of the tests so that they can check metrics with Prometheus' own promtool: that of the
 * system, else the one of Debian's package when root. Nothing without one; the test that wants it says so.
 */
export function ensurePromtool(progress: (message: string) => void): Record<string, string> {
  const found = findInPath(['promtool'], runs) ?? (runs(UNPACKED) ? UNPACKED : null);
  if (found !== null) return { PROMTOOL_PATH: found };
  if (unpackDebian('prometheus', FOLDER, progress) && runs(UNPACKED)) return { PROMTOOL_PATH: UNPACKED };
  progress('metrics are not checked by promtool: there is none and none can be installed here');
  return {};
}

function runs(path: string): boolean {
  return existsSync(path) && spawnSync(path, ['--version'], { timeout: 20_000 }).status === 0;
}
