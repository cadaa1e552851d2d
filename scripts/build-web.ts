import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StormglassError } from '@stormglass/agents/contract';
import { runLeashed } from '@stormglass/agents/host';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const STAMP = join(ROOT, 'web', '.next', 'stormglass-source-hash');
/** What ends up in the browser bundle. */
const SOURCES = [
  'web/{app,features,live,ui,public}/**/*',
  'web/*.{ts,mjs,json}',
  'agents/contract/**/*.ts',
  'chaos/contract/**/*.ts',
  'package-lock.json',
];

/** Paths from the root, sorted. */
export function sourceFiles(): string[] {
  return SOURCES.flatMap((pattern) => globSync(pattern, { cwd: ROOT, withFileTypes: true }))
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$|next-env\.d\.ts$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .sort();
}

function sourceHash(): string {
  const hash = createHash('sha256');
  for (const file of sourceFiles()) hash.update(file).update(readFileSync(join(ROOT, file)));
  return hash.digest('hex');
}

/** Builds the dashboard for production unless the build of the same sources is there. Rejects with the compiler's words. */
export async function buildWeb(progress: (message: string) => void, signal?: AbortSignal): Promise<void> {
  const hash = sourceHash();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hash) return;
  progress('building the dashboard (once for each change of its sources)');
  const began = Date.now();
  const output = await nextBuild(signal);
  if (output !== null) {
    throw new StormglassError(
      'internal',
      `the dashboard could not be built:\n${output}`,
      'mend it, or run "npx next build web" to see all of it',
    );
  }
  writeFileSync(STAMP, hash);
  progress(`dashboard built in ${((Date.now() - began) / 1000).toFixed(0)} s`);
}

/** Null when it went well, else the end of what Next wrote. */
async function nextBuild(signal?: AbortSignal): Promise<string | null> {
  const next = join(ROOT, 'node_modules', 'next', 'dist', 'bin', 'next');
  const { code, output } = await runLeashed(process.execPath, [next, 'build', join(ROOT, 'web')], {
    cwd: ROOT,
    env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    ...(signal === undefined ? {} : { signal }),
  });
  return code === 0 ? null : output;
}

if (import.meta.main) await buildWeb((message) => process.stdout.write(`${message}\n`));
