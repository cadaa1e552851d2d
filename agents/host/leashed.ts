import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { type Guard, spawnGuard } from './guard.ts';

/** A program that does not outlive us, and what sees to it. */
export interface Leashed {
  child: ChildProcess;
  /** To be disposed of when the program has ended. Null: it could not be spawned, and `child` says why. */
  guard: Guard | null;
}

/**
 * Spawns a program that has no lifeline of its own, in a session of its own. `onDeath` is the shell command that ends it
 * when we die, however we die. A shell stands in its place until its guard is there: a launcher that is killed between
 * the two leaves nothing, because that shell reads the end of its stdin and goes.
 */
export function spawnLeashed(
  command: string,
  args: readonly string[],
  { stdout, stderr, ...options }: Omit<SpawnOptions, 'stdio' | 'detached'> & Outputs,
  onDeath: (pid: number) => string,
): Leashed {
  const child = spawn('/bin/sh', ['-c', 'read -r _ && exec "$0" "$@"', command, ...args], {
    ...options,
    stdio: ['pipe', stdout, stderr],
    detached: true,
  });
  const { pid } = child;
  if (pid === undefined) return { child, guard: null };
  const guard = spawnGuard(onDeath(pid));
  const stdin: Writable | null = child.stdin;
  stdin?.on('error', () => stdin.destroy());
  stdin?.write('\n');
  return { child, guard };
}

interface Outputs {
  stdout: number | 'pipe';
  stderr: number | 'pipe';
}

/** For a program that may have children: all of its group, gracefully first. */
export function endGroup(pid: number): string {
  return `kill -TERM -${pid}; sleep 3; kill -KILL -${pid}`;
}

/** What a leashed program wrote, and how it ended. */
export interface Outcome {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The end of stdout and stderr. */
  output: string;
}

const OUTPUT_KEPT = 4_000;

/** With what is left of it: the last of it may have gone a moment ago. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Runs a leashed program to its end. An abort kills its whole group and rejects with the reason; so does our death. */
export async function runLeashed(
  command: string,
  args: readonly string[],
  { signal, ...options }: Omit<SpawnOptions, 'stdio' | 'detached'>,
): Promise<Outcome> {
  signal?.throwIfAborted();
  const { child, guard } = spawnLeashed(
    command,
    args,
    { ...options, stdout: 'pipe', stderr: 'pipe' },
    endGroup,
  );
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-OUTPUT_KEPT);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const abort = () => {
    if (child.pid !== undefined) killGroup(child.pid);
    // A process that left the group may hold them open for as long as it likes.
    child.stdout?.destroy();
    child.stderr?.destroy();
  };
  signal?.addEventListener('abort', abort);
  try {
    const ended = await new Promise<Omit<Outcome, 'output'>>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, killedBy) => resolve({ code, signal: killedBy }));
    });
    signal?.throwIfAborted();
    return { ...ended, output };
  } finally {
    signal?.removeEventListener('abort', abort);
    guard?.dispose();
  }
}
