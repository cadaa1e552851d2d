import { fstatSync } from 'node:fs';

/**
 * Import this first (`node --import @stormglass/agents/lifeline`) in a process that must not outlive its launcher: the
 * launcher holds the other end of stdin and never writes, so the end of stdin is the end of the launcher, SIGKILL
 * included. The process is asked with SIGTERM, which it knows how to obey; after three seconds it ends the hard way.
 *
 * It works by import alone, never keeps a process alive, and does nothing when stdin is a terminal, a file or
 * /dev/null: those end for other reasons than a launcher's death.
 */
const GRACE_MS = 3_000;
const EXIT_CODE = 143;

function launcherDied(): void {
  setTimeout(() => process.exit(EXIT_CODE), GRACE_MS).unref();
  if (process.listenerCount('SIGTERM') === 0) process.exit(EXIT_CODE);
  process.kill(process.pid, 'SIGTERM');
}

function heldByLauncher(): boolean {
  try {
    const stdin = fstatSync(0);
    return stdin.isFIFO() || stdin.isSocket();
  } catch (error) {
    // A process may be started with stdin closed: then nobody holds it.
    if (error instanceof Error && 'code' in error && error.code === 'EBADF') return false;
    throw error;
  }
}

if (heldByLauncher()) {
  process.stdin.once('end', launcherDied);
  process.stdin.on('error', launcherDied);
  process.stdin.resume();
  // A pipe is a socket to Node, and a referenced one would hold the event loop open.
  if ('unref' in process.stdin) process.stdin.unref();
}
