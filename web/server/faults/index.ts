import { LEASE_TTL_MS } from '@stormglass/agents/contract';
import type { AgentHub } from '../hub/agents.ts';
import type { Log } from '../log.ts';
import type { State } from '../state/index.ts';
import { sleep, type Time } from '../time.ts';
import { FaultBoard } from './board.ts';
import { Faults } from './faults.ts';
import { Halt } from './halt.ts';
import { Heartbeat } from './heartbeat.ts';
import { closeOrphans } from './orphans.ts';

/** A dashboard that stops waits so long for read-backs; a lease ends without it. */
const CLOSE_PATIENCE_MS = 800;

export interface FaultSystem {
  board: FaultBoard;
  faults: Faults;
  halt: Halt;
  /** Releases what is on, as far as agents answer soon, and stops all timers. */
  close(): Promise<void>;
}

/** Wires the board, the heartbeat, the switch and what an earlier life left open. */
export function startFaults(parts: {
  hub: AgentHub;
  state: State;
  time: Time;
  log: Log;
  protectedServices: readonly string[];
}): FaultSystem {
  const { hub, state, time, log } = parts;
  const board = new FaultBoard(state);
  const halt = new Halt(hub, board, state, time);
  const heartbeat = new Heartbeat({ hub, board, state, time, log, halted: () => halt.state.halted });
  const stopOrphans = closeOrphans({ hub, board, heartbeat, state, time });
  const refuseWhenHalted = () => halt.refuseWhenHalted();
  const faults = new Faults({ ...parts, board, heartbeat, refuseWhenHalted });
  return {
    board,
    faults,
    halt,
    close: async () => {
      const releases = board.active().map((fault) => faults.release(fault.interval.faultId, 'hub'));
      const enough = new AbortController();
      const all = Promise.allSettled(releases).then(() => enough.abort());
      await Promise.race([all, sleep(time, CLOSE_PATIENCE_MS, enough.signal)]);
      enough.abort();
      const silent = board.active().length;
      if (silent > 0)
        log.warn({ silent, withinMs: LEASE_TTL_MS }, 'faults not read back; their leases run out');
      stopOrphans();
      heartbeat.close();
      faults.close();
      board.saveCounts();
    },
  };
}
