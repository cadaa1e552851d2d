import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { StormglassError } from '@stormglass/agents/contract';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLI = join(ROOT, 'node_modules', '@playwright', 'test', 'cli.js');
const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/**
 * Path of a browser for Playwright, installed when there is none: CHROMIUM_PATH, else a Chromium in PATH, else
 * Playwright's own, else Debian's package when root. Null: Playwright knows where its own is.
 */
export function ensureBrowser(progress: (message: string) => void): string | null {
  const given = process.env.CHROMIUM_PATH;
  if (given !== undefined && runs(given)) return given;
  const found = inPath();
  if (found !== null) return found;
  if (runs(chromium.executablePath())) return null;
  progress('installing a browser for the tests');
  const installed = spawnSync(process.execPath, [CLI, 'install', 'chromium'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (installed.status === 0 && runs(chromium.executablePath())) return null;
  const packaged = debianPackage(progress);
  if (packaged !== null) return packaged;
  throw new StormglassError(
    'internal',
    `no browser could be installed (${installed.stderr.trim().split('\n').at(-1) ?? 'no message'})`,
    'install Chromium yourself and set CHROMIUM_PATH to it',
  );
}

/** Playwright records videos with an ffmpeg of its own; without it the tests run just as well. */
export function ensureRecorder(progress: (message: string) => void): void {
  const installed = spawnSync(process.execPath, [CLI, 'install', 'ffmpeg'], { cwd: ROOT, timeout: 60_000 });
  if (installed.status !== 0)
    progress("no videos of failures: Playwright's ffmpeg cannot be downloaded here");
}

function inPath(): string | null {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of NAMES) {
      const path = join(folder, name);
      if (existsSync(path) && runs(path)) return path;
    }
  }
  return null;
}

/** A binary can be there and still lack its shared libraries. */
function runs(path: string): boolean {
  return existsSync(path) && spawnSync(path, ['--version'], { timeout: 20_000 }).status === 0;
}

function debianPackage(progress: (message: string) => void): string | null {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return null;
  progress("Playwright's browser does not run here; installing Debian's chromium");
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    execFileSync('apt-get', ['update', '-q'], { env, stdio: 'pipe' });
    execFileSync('apt-get', ['install', '-qy', '--no-install-recommends', 'chromium'], {
      env,
      stdio: 'pipe',
    });
  } catch (error) {
    progress(`apt-get failed: ${error instanceof Error ? error.message.split('\n')[0] : error}`);
    return null;
  }
  return inPath();
}
