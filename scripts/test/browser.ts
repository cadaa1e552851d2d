import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { StormglassError } from '@stormglass/agents/contract';
import { installDebian } from './debian.ts';
import { findInPath } from './in-path.ts';
import { ROOT } from './stages.ts';

const CLI = join(ROOT, 'node_modules', '@playwright', 'test', 'cli.js');
const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/**
 * Path of a browser for Playwright, installed when there is none: CHROMIUM_PATH, else a Chromium in PATH, else
 * Playwright's own, else Debian's package when root.
 */
export function ensureBrowser(progress: (message: string) => void): string {
  const given = process.env.CHROMIUM_PATH;
  if (given !== undefined && runs(given)) return given;
  const found = findInPath(NAMES, runs);
  if (found !== null) return found;
  const own = chromium.executablePath();
  if (runs(own)) return own;
  progress('installing a browser for the tests');
  const installed = spawnSync(process.execPath, [CLI, 'install', 'chromium'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (installed.status === 0 && runs(own)) return own;
  const packaged = installDebian('chromium', progress) ? findInPath(NAMES, runs) : null;
  if (packaged !== null) return packaged;
  throw new StormglassError(
    'internal',
    `no browser could be installed (${installed.stderr.trim().split('\n').at(-1) ?? 'no message'})`,
    'install Chromium yourself and set CHROMIUM_PATH to it',
  );
}

/** A binary can be there and still lack its shared libraries. */
function runs(path: string): boolean {
  return existsSync(path) && spawnSync(path, ['--version'], { timeout: 20_000 }).status === 0;
}
