import type { FaultInterval, LeaseEnded } from '@stormglass/agents/contract';
import type { AgentHub } from '../hub/agents.ts';
import type { State } from '../state/index.ts';
import type { Time } from '../time.ts';
import type { FaultBoard } from './board.ts';
import { AWAY_LIMIT_MS, type Heartbeat } from './heartbeat.ts';

/** Agents come back within a second or so; then their buffered words and the release of what they held follow. */
const WAIT_MS = AWAY_LIMIT_MS + 2_000;

/**
 * Closes the intervals which an earlier life of the dashboard left open. Their leases end by themselves; what agents
 * say about them in the first seconds (how they ended, how often they hit) goes into the record, else it says that
 * nobody could verify it.
 */
export function closeOrphans(parts: {
  hub: AgentHub;
  board: FaultBoard;
  heartbeat: Heartbeat;
  state: State;
  time: Time;
}): () => void {
  const { hub, board, heartbeat, state, time } = parts;
  const open = new Map(
    state.faults.unfinished().map((f) => [f.faultId, { interval: f, ends: [] as LeaseEnded[] }]),
  );
  if (open.size === 0) return () => undefined;
  const note = (end: LeaseEnded) => open.get(end.faultId)?.ends.push(end);
  hub.listen({
    leaseEnded: (_agentId, end) => note(end),
    injections: (_agentId, count) => {
      const orphan = open.get(count.faultId);
      if (!orphan) return;
      const { interval } = orphan;
      orphan.interval = {
        ...interval,
        injections: Math.max(interval.injections, count.count),
        firstEffectAt: Math.min(interval.firstEffectAt ?? count.firstAt, count.firstAt),
      };
    },
  });
  heartbeat.onOrphanEnded(note);
  return time.after(WAIT_MS, () => {
    for (const { interval, ends } of open.values()) {
      const closed = closeInterval(interval, ends, time.now());
      board.announce(closed);
      state.audit.add({
        who: 'hub',
        what: 'fault.end',
        subject: closed.faultId,
        why: 'the dashboard restarted while it was on',
        outcome: `${closed.endReason}: ${closed.readBack}`,
      });
    }
    open.clear();
  });
}

function closeInterval(interval: FaultInterval, ends: readonly LeaseEnded[], now: number): FaultInterval {
  const injected = ends.reduce((sum, end) => sum + end.injections, 0);
  const known = ends.length > 0;
  return {
    ...interval,
    endedAt: known ? Math.max(...ends.map((end) => end.endedAt)) : Math.min(now, interval.expiresAt),
    endReason: 'expired',
    readBack: known
      ? [...new Set(ends.map((end) => end.readBack))].join('; ')
      : 'no read-back: the dashboard restarted, the lease ran out by its own clock',
    reverted: known ? ends.every((end) => end.reverted) : null,
    injections: Math.max(interval.injections, injected),
  };
}
