import type { BreakerTransition, FaultInterval } from '@stormglass/agents/contract';
import type { Run } from '@stormglass/chaos/contract';
import { faultTitle } from '@stormglass/chaos/engine';
import type { FaultSystem } from '../faults/index.ts';
import type { Runs } from '../runs/runs.ts';
import type { TimelineWindow } from '../window/window.ts';
import type { EventFeed } from './feed.ts';

const MOST_REMEMBERED = 500;

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
  const said = new Said<'armed' | 'ended'>();
  system.board.listen((interval) => tellFault(feed, said, interval));
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

/** What was said of the last few hundred things. */
class Said<T> extends Map<string, T> {
  override set(key: string, value: T): this {
    super.delete(key);
    super.set(key, value);
    const oldest = this.keys().next().value;
    if (this.size > MOST_REMEMBERED && oldest !== undefined) this.delete(oldest);
    return this;
  }
}

/** Runs are told of at each of their events; what was said of one already is not said again. */
class RunTeller {
  readonly #feed: EventFeed;
  readonly #said = new Said<number>();

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
    // One of an earlier life of the dashboard: of its events only the newest is news.
    for (const event of run.events.slice(said ?? Math.max(0, run.events.length - 1))) {
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
    }
  }
}

function tellFault(feed: EventFeed, said: Said<'armed' | 'ended'>, fault: FaultInterval): void {
  const { faultId, owner, runId, spec, endedAt, endReason, reverted, readBack } = fault;
  const title = faultTitle(spec);
  const before = said.get(faultId);
  if (endedAt === null) {
    if (before !== undefined) return;
    said.set(faultId, 'armed');
    feed.add('fault.armed', faultId, `${title} was armed by ${owner}`, {
      owner,
      runId,
      type: spec.action.type,
    });
    return;
  }
  // Late counts come after the end.
  if (before === 'ended') return;
  said.set(faultId, 'ended');
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
