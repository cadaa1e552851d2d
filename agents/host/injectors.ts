import { type FaultSpec, StormglassError } from '../contract/index.ts';
import type { Effect, Grip, Injector, ReadBack } from '../node/leases.ts';
import type { DatabaseGate } from './database-outage.ts';
import type { ManagedProcess } from './managed-process.ts';
import { isAlive, isStopped } from './process-info.ts';
import type { Supervisor } from './supervisor.ts';
import type { UndoJournal } from './undo-journal.ts';

/** What host faults act on. */
export interface HostParts {
  supervisor: Supervisor;
  /** Null where no database server is ours. */
  gate: DatabaseGate | null;
  journal: UndoJournal;
  /** Told when an effect is over by itself, so that its lease ends before its time. */
  onOver: (faultId: string) => void;
}

/** SIGKILL now; the supervisor starts it again after `restartAfterMs`. Over when it is healthy again, or ended before
 * its time when it runs again: a halt does not wait for a service to become ready. */
export function killInjector(parts: HostParts): Injector {
  return {
    capabilities: ['process_kill:process'],
    arm: (grip) => {
      const { action } = grip.lease.spec;
      if (action.type !== 'process_kill') throw wrongAction(grip);
      const managed = target(parts.supervisor, grip.lease.spec);
      demand(grip);
      const pid = managed.end('SIGKILL', action.restartAfterMs);
      let ended = false;
      managed.whenHealthy().then(
        () => {
          if (!ended) parts.onOver(grip.lease.faultId);
        },
        // The launcher is going down: nothing is left to restart.
        () => undefined,
      );
      return {
        end: async () => {
          ended = true;
          managed.restartNow();
          try {
            await managed.whenRunning();
          } catch (error) {
            return { words: String(error), reverted: true };
          }
          return runs(managed, `pid ${managed.pid} runs, pid ${pid} is gone`);
        },
      };
    },
  };
}

/** SIGSTOP until the lease ends. */
export function pauseInjector(parts: HostParts): Injector {
  return {
    capabilities: ['process_pause:process'],
    arm: (grip) => {
      const { faultId, spec } = grip.lease;
      const managed = target(parts.supervisor, spec);
      if (managed.state.kind === 'paused') throw already(`${managed.spec.name} is paused`);
      if (managed.pid === null) throw down(managed);
      demand(grip);
      parts.journal.write(faultId, { kind: 'continue_process', pid: managed.pid });
      managed.pause();
      return {
        end: () => {
          managed.resume();
          const back = runs(managed, `pid ${managed.pid} runs`);
          if (back.reverted) parts.journal.done(faultId);
          return back;
        },
      };
    },
  };
}

/** The database of one service, or the broker's, refuses connections; all others are unaffected. */
export function outageInjector(parts: HostParts, gate: DatabaseGate): Injector {
  /** From before the first question to the server: two that arm at the same moment must not both find it open. */
  const taken = new Set<string>();
  return {
    capabilities: ['database_outage:database', 'broker_outage:database'],
    arm: async (grip): Promise<Effect> => {
      const { faultId, spec } = grip.lease;
      if (spec.target.kind !== 'database') throw wrongAction(grip);
      const database = spec.target.service;
      if (taken.has(database)) throw already(`database ${database} is closed`);
      taken.add(database);
      try {
        if (!(await gate.isOpen(database))) throw already(`database ${database} is closed`);
        parts.journal.write(faultId, { kind: 'allow_connections', database });
      } catch (error) {
        taken.delete(database);
        throw error;
      }
      const open = async (): Promise<ReadBack> => {
        const words = await gate.open(database);
        parts.journal.done(faultId);
        taken.delete(database);
        return { words, reverted: true };
      };
      const end = async (): Promise<ReadBack> => {
        try {
          return await open();
        } catch (error) {
          keepTrying(open);
          throw error;
        }
      };
      try {
        await gate.close(database);
        // The lease may have ended while we closed: then nobody would call `end` any more.
        demand(grip);
      } catch (error) {
        await end();
        throw error;
      }
      return { end };
    },
  };
}

const RETRY_MS = 1_000;

/** A database must not stay closed because one statement failed. Ends with success, or with the launcher: then the
 * journal opens it at the next start. */
function keepTrying(open: () => Promise<ReadBack>): void {
  const timer = setTimeout(() => {
    open().catch(() => keepTrying(open));
  }, RETRY_MS);
  timer.unref();
}

/** Counts the effect; throws when the lease has run out already. */
export function demand(grip: Grip): void {
  if (grip.take()) return;
  throw new StormglassError('timeout', 'the lease ended before its effect began', 'arm it again');
}

export function target(supervisor: Supervisor, spec: FaultSpec): ManagedProcess {
  if (spec.target.kind !== 'process')
    throw new StormglassError('fault_unsupported', 'no process', 'target one');
  const { service, instance } = spec.target;
  const [managed] = supervisor.ofService(service, instance);
  if (managed !== undefined) return managed;
  throw new StormglassError(
    'target_absent',
    `no process of ${service}${instance === undefined ? '' : ` (${instance})`} is in the process table`,
    'choose a service which this installation started',
  );
}

export function runs(managed: ManagedProcess, words: string): ReadBack {
  const { pid } = managed;
  if (pid === null || !isAlive(pid)) return { words: `${managed.spec.name} is down`, reverted: false };
  return isStopped(pid) ? { words: `pid ${pid} is stopped`, reverted: false } : { words, reverted: true };
}

export const already = (what: string) =>
  new StormglassError('conflict', `${what} by another fault already`, 'release that one first');

export const down = (managed: ManagedProcess) =>
  new StormglassError('target_absent', `${managed.spec.name} is down just now`, 'try again when it is back');

export const wrongAction = (grip: Grip) =>
  new StormglassError(
    'fault_unsupported',
    `not this injector's: ${grip.lease.spec.action.type}`,
    'report this',
  );
