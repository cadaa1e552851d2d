import type { BreakerTransition, FaultInterval } from '@stormglass/agents/contract';
import type { Run } from '@stormglass/chaos/contract';
import { faultTitle } from '@stormglass/chaos/engine';
import type { FaultSystem } from '../faults/index.ts';
import type { Runs } from '../runs/runs.ts';
import type { TimelineWindow } from '../window/window.ts';
import type { EventFeed } from './feed.ts';

interface Sources {
  feed: EventFeed;
  system: FaultSystem;
  runs: Runs;
  window: TimelineWindow;
}

/** Tells the feed of runs, faults, guards, breakers and the halt, each thing once. */
export function feedEvents({ feed, system, runs, window }: Sources): void {
  const runTeller = new RunTeller(feed);
  runs.listen((run) => runTeller.tell(run));
  const armed = new Set<string>();
  system.board.listen((interval) => tellFault(feed, armed, interval));
  window.listen(({ transitions = [] }) => {
    for (const moved of transitions) if (moved.to === 'open') tellBreaker(feed, moved);
  });
  let halted = system.halt.state.halted;
  system.halt.listen((now) => {
    if (now.halted === halted) return;
    halted = now.halted;
    const by = now.by ?? '';
    if (halted) feed.add('halt.set', 'all', `all chaos was stopped: ${now.reason ?? ''}`, { by });
    else feed.add('halt.released', 'all', 'chaos is allowed again', { by });
  });
}

/** Runs are told of at each of their events; what was said of one already is not said again. */
class RunTeller {
  readonly #feed: EventFeed;
  readonly #said = new Map<string, number>();

  constructor(feed: EventFeed) {
    this.#feed = feed;
  }

  tell(run: Run): void {
    const said = this.#said.get(run.id);
    const { experimentId, seed, startedBy } = run;
    if (said === undefined && run.events.length === 0) {
      const data = { experimentId, seed, startedBy };
      this.#feed.add('run.started', run.id, `${run.experiment.title} was started by ${startedBy}`, data);
    }
    this.#said.set(run.id, run.events.length);
    for (const event of run.events.slice(said ?? 0)) {
      if (event.type === 'guard' && event.tripped) {
        const data = { runId: run.id, guard: event.name, value: event.value };
        this.#feed.add(
          'guard.tripped',
          run.id,
          `guard "${event.name}" stopped ${run.experiment.title}`,
          data,
        );
      }
      if (event.type !== 'ended') continue;
      const data = { experimentId, seed, verdict: event.verdict };
      this.#feed.add('run.ended', run.id, `${run.experiment.title}: ${event.verdict}, ${event.why}`, data);
      this.#said.delete(run.id);
    }
  }
}

function tellFault(feed: EventFeed, armed: Set<string>, fault: FaultInterval): void {
  const { faultId, owner, runId, spec, endedAt, endReason, reverted, readBack } = fault;
  const title = faultTitle(spec);
  if (endedAt === null) {
    if (armed.has(faultId)) return;
    armed.add(faultId);
    feed.add('fault.armed', faultId, `${title} was armed by ${owner}`, {
      owner,
      runId,
      type: spec.action.type,
    });
    return;
  }
  // One of an earlier life was never armed in this one, and its end is news all the same.
  if (!armed.delete(faultId) && fault.endReason !== 'expired') return;
  const data = { owner, runId, reason: endReason, reverted, readBack };
  feed.add('fault.ended', faultId, `${title} ended (${endReason}): ${readBack}`, data);
  if (reverted === false) {
    feed.add('fault.revert_failed', faultId, `${title} was NOT REVERTED: ${readBack}`, data);
  }
}

function tellBreaker(feed: EventFeed, moved: BreakerTransition): void {
  const { service, instance, peer, name, windowCalls, windowFailures, traceId } = moved;
  const says = `the breaker of ${service} towards ${peer || name} opened: ${windowFailures} of ${windowCalls} calls failed`;
  const data = { service, instance, peer, windowCalls, windowFailures, traceId };
  feed.add('breaker.opened', `${service}/${name}`, says, data);
}
