import type { FaultInterval, LeaseEnded } from '@stormglass/agents/contract';
import type { AgentHub } from '../hub/agents.ts';
import type { State } from '../state/index.ts';
import type { Time } from '../time.ts';
import type { FaultBoard } from './board.ts';
import { AWAY_LIMIT_MS, type Heartbeat } from './heartbeat.ts';

interface Orphan {
  interval: FaultInterval;
  ends: LeaseEnded[];
}

/** Agents come back within a second or so; then their buffered words and the release of what they held follow. */
const WAIT_MS = AWAY_LIMIT_MS + 2_000;

/**
 * Closes the intervals which an earlier life of the dashboard left open. Their leases end by themselves; what agents
 * say about them in the first seconds (how they ended, how often they hit) goes into the record, else it says that
 * nobody could verify it, until an agent that comes later does.
 */
export function closeOrphans(parts: {
  hub: AgentHub;
  board: FaultBoard;
  heartbeat: Heartbeat;
  state: State;
  time: Time;
}): () => void {
  const { hub, board, heartbeat, state, time } = parts;
  const orphans = new Map(
    state.faults.unfinished().map((f): [string, Orphan] => [f.faultId, { interval: f, ends: [] }]),
  );
  if (orphans.size === 0) return () => undefined;
  let waiting = true;
  const close = ({ interval, ends }: Orphan, why: string) => {
    const closed = closeInterval(interval, ends, time.now());
    board.announce(closed);
    state.audit.add({
      ...{ who: 'hub', what: 'fault.end', subject: closed.faultId, why },
      outcome: `${closed.endReason}: ${closed.readBack}`,
    });
  };
  const note = (end: LeaseEnded) => {
    const orphan = orphans.get(end.faultId);
    if (orphan === undefined) return;
    orphan.ends.push(end);
    if (!waiting) close(orphan, 'an agent came back late and said how it ended');
  };
  hub.listen({
    leaseEnded: (_agentId, end) => note(end),
    injections: (_agentId, count) => {
      const orphan = orphans.get(count.faultId);
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
    waiting = false;
    for (const orphan of orphans.values()) close(orphan, 'the dashboard restarted while it was on');
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
