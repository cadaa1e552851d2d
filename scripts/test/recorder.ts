import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { installDebian } from './debian.ts';
import { findInPath } from './in-path.ts';
import { ROOT } from './stages.ts';

const CLI = join(ROOT, 'node_modules', '@playwright', 'test', 'cli.js');
/** A folder of browsers, as Playwright calls it, with nothing in it but a link to an ffmpeg of the system. */
const FOLDER = join(ROOT, 'node_modules', '.cache', 'recorder');
/** Playwright's name for it on Linux; elsewhere its own download is the way. */
const EXECUTABLE = 'ffmpeg-linux';

/**
 * Makes videos of failures possible: Playwright takes no other ffmpeg than the one in its folder of browsers. That is
 * its own if it is there, else one of the system, else its own downloaded, else Debian's package when root. Gives what
 * to add to the environment of the tests; nothing without an ffmpeg, for they run just as well.
 */
export function ensureRecorder(progress: (message: string) => void): Record<string, string> {
  const recording = { STORMGLASS_VIDEOS: '1' };
  const own = placeOf(process.env);
  if (own !== null && existsSync(join(own, EXECUTABLE))) return recording;
  const linked = () => (linkSystem() ? { ...recording, PLAYWRIGHT_BROWSERS_PATH: FOLDER } : null);
  const found = linked();
  if (found !== null) return found;
  if (playwright(process.env, 'install', 'ffmpeg') !== null) return recording;
  const packaged = installDebian('ffmpeg', progress) ? linked() : null;
  if (packaged === null) progress('no videos of failures: there is no ffmpeg and none can be installed here');
  return packaged ?? {};
}

function linkSystem(): boolean {
  if (process.platform !== 'linux') return false;
  const ffmpeg = findInPath(['ffmpeg'], encodesVp9);
  const place = placeOf({ ...process.env, PLAYWRIGHT_BROWSERS_PATH: FOLDER });
  if (ffmpeg === null || place === null) return false;
  mkdirSync(place, { recursive: true });
  rmSync(join(place, EXECUTABLE), { force: true });
  symlinkSync(ffmpeg, join(place, EXECUTABLE));
  return true;
}

/** Where Playwright looks for its ffmpeg; the folder's name has its revision. */
function placeOf(env: NodeJS.ProcessEnv): string | null {
  return (
    /Install location:\s+(.+)/.exec(playwright(env, 'install', '--dry-run', 'ffmpeg') ?? '')?.[1] ?? null
  );
}

/** What a command of Playwright says; null when it fails. */
function playwright(env: NodeJS.ProcessEnv, ...args: string[]): string | null {
  const ran = spawnSync(process.execPath, [CLI, ...args], {
    cwd: ROOT,
    env,
    encoding: 'utf8',
    timeout: 60_000,
  });
  return ran.status === 0 ? ran.stdout : null;
}

/** Playwright's videos are VP9, which not every build of ffmpeg can make. */
function encodesVp9(path: string): boolean {
  const ran = spawnSync(path, ['-hide_banner', '-encoders'], { encoding: 'utf8', timeout: 20_000 });
  return ran.status === 0 && ran.stdout.includes('libvpx-vp9');
}
