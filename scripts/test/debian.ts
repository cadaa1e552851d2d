import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Installs one of Debian's packages when we may; false, with the reason said, when that does not work. */
export function installDebian(name: string, progress: (message: string) => void): boolean {
  return withApt(name, progress, (run) =>
    run('apt-get', ['install', '-qy', '--no-install-recommends', name]),
  );
}

/** Unpacks one of Debian's packages into a folder: for a program out of a package that would start a server of its own. */
export function unpackDebian(name: string, folder: string, progress: (message: string) => void): boolean {
  return withApt(name, progress, (run) => {
    mkdirSync(folder, { recursive: true });
    run('apt-get', ['download', '-q', name], folder);
    const archive = readdirSync(folder).find((file) => file.endsWith('.deb')) ?? '';
    run('dpkg-deb', ['--extract', archive, '.'], folder);
    rmSync(join(folder, archive));
  });
}

type Run = (program: string, args: string[], cwd?: string) => void;

function withApt(name: string, progress: (message: string) => void, act: (run: Run) => void): boolean {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false;
  progress(`installing Debian's ${name}`);
  // In runlevel 1 a package does not start the server it brings.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const run: Run = (program, args, cwd) => {
    execFileSync(program, args, { env, stdio: 'pipe', cwd });
  };
  try {
    run('apt-get', ['update', '-q']);
    act(run);
    return true;
  } catch (error) {
    progress(`apt-get failed: ${error instanceof Error ? error.message.split('\n')[0] : error}`);
    return false;
  }
}
