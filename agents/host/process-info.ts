import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** Command line of a running process, empty when it is gone. `ps` speaks the same on Linux and macOS. */
export function commandLine(pid: number): string {
  if (existsSync('/proc/self')) return fromProc(pid, 'cmdline').replaceAll('\0', ' ').trim();
  return ps(pid, 'command');
}

function ps(pid: number, column: 'command' | 'state'): string {
  try {
    return execFileSync('ps', ['-o', `${column}=`, '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    // `ps` exits 1 when no process has this pid.
    return '';
  }
}

/** Whether a process with this pid runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    // EPERM: it lives, as another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Whether a process is stopped (SIGSTOP); false when it runs or is gone. */
export function isStopped(pid: number): boolean {
  if (existsSync('/proc/self')) return /^\d+ \(.*\) T/.test(fromProc(pid, 'stat'));
  return ps(pid, 'state').startsWith('T');
}

/** A dead process that nobody has waited for yet: in a container without an init it stays one. */
function isZombie(pid: number): boolean {
  return /^\d+ \(.*\) Z/.test(fromProc(pid, 'stat'));
}

function fromProc(pid: number, file: 'cmdline' | 'stat'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    // It ended meanwhile, or there is no /proc (macOS).
    return '';
  }
}
