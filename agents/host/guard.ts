import { spawn } from 'node:child_process';

/** Holds off a shell command for as long as this process lives. */
export interface Guard {
  /** Takes the guard away without running its command. */
  dispose(): void;
}

/**
 * Runs `command` in `sh` when this process dies, however it dies: the guard waits for the end of its stdin, which only
 * we hold. It has a session of its own, so that a Ctrl-C in the terminal does not reach it.
 */
export function spawnGuard(command: string): Guard {
  const child = spawn('/bin/sh', ['-c', `cat >/dev/null; ${command}`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
  });
  child.unref();
  if ('unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref();
  child.stdin.on('error', () => child.kill('SIGKILL'));
  return {
    dispose: () => {
      // Order matters: a closed stdin would run the command. The whole group, because `cat` is a child of the shell.
      if (child.pid !== undefined && child.exitCode === null) killGroup(child.pid);
    },
  };
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
