import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Installs one of Debian's packages when we may; false, with the reason said, when that does not work. */
export function installDebian(name: string, progress: (message: string) => void): boolean {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false;
  progress(`installing Debian's ${name}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    execFileSync('apt-get', ['update', '-q'], { env, stdio: 'pipe' });
    execFileSync('apt-get', ['install', '-qy', '--no-install-recommends', name], { env, stdio: 'pipe' });
    return true;
  } catch (error) {
    progress(`apt-get failed: ${error instanceof Error ? error.message.split('\n')[0] : error}`);
    return false;
  }
}
