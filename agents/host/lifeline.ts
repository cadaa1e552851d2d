import { spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync } from 'node:fs';

/**
 * Import this first (`node --import @stormglass/agents/lifeline`) in a process that must not outlive its launcher: the
 * launcher holds the other end of stdin and never writes, so the end of stdin is the end of the launcher, SIGKILL
 * included. The process is asked with SIGTERM, which it knows how to obey; after three seconds it ends the hard way.
 *
 * It works by import alone, never keeps a process alive, and does nothing when stdin is a terminal, a file or
 * /dev/null: those end for other reasons than a launcher's death.
 */
const GRACE_SECONDS = 3;
const EXIT_CODE = 143;

/**
 * Nobody reads what we say any more. A logger that writes its last lines at exit may try that for ever on a broken pipe
 * (sonic-boom 4 does), so they go nowhere instead: the lowest free number is the one just closed.
 */
function speakToNobody(): void {
  for (const fd of [1, 2]) {
    if (!isPipe(fd)) continue;
    closeSync(fd);
    while (openSync('/dev/null', 'w') < fd);
  }
}

/** A timer of our own dies with the event loop, and what a native library does after that may take as long as it likes. */
function killFromOutside(): void {
  const command = `sleep ${GRACE_SECONDS}; kill -KILL ${process.pid}`;
  spawn('/bin/sh', ['-c', command], { stdio: 'ignore', detached: true }).unref();
}

function launcherDied(): void {
  if (process.platform === 'win32')
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), GRACE_SECONDS * 1000).unref();
  else {
    speakToNobody();
    killFromOutside();
  }
  if (process.listenerCount('SIGTERM') === 0) process.exit(EXIT_CODE);
  process.kill(process.pid, 'SIGTERM');
}

function isPipe(fd: number): boolean {
  try {
    const file = fstatSync(fd);
    return file.isFIFO() || file.isSocket();
  } catch (error) {
    // A process may be started with it closed: then nobody holds the other end.
    if (error instanceof Error && 'code' in error && error.code === 'EBADF') return false;
    throw error;
  }
}

if (isPipe(0)) {
  process.stdin.once('end', launcherDied);
  process.stdin.on('error', launcherDied);
  process.stdin.resume();
  // A pipe is a socket to Node, and a referenced one would hold the event loop open.
  if ('unref' in process.stdin) process.stdin.unref();
}
