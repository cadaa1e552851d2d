import type { FaultInterval } from '@stormglass/agents/contract';
import type { Run, RunEvent, Verdict } from '@stormglass/chaos/contract';
import { faultTitle, type RunPorts, removedProtections, restoredName } from '@stormglass/chaos/engine';
import type { Log } from '../log.ts';
import type { State } from '../state/index.ts';
import { sleep, type Time } from '../time.ts';

/** Agents of a dashboard that died come back within this time, or are gone. */
const AGENTS_BACK_MS = 8_000;
const AGAIN_MS = 500;

interface Parts {
  state: State;
  time: Time;
  log: Log;
  /** Told of each end that is read back, or given up. */
  faultEnds: (listener: (interval: FaultInterval) => void) => () => void;
  protect: RunPorts['protect'];
  record: (run: Run, event: RunEvent) => Run;
  /** The dashboard goes down again. */
  signal: AbortSignal;
}

/**
 * Brings a run to its end whose dashboard died under it: waits until the end of each of its faults is read back (agents
 * come back and say how their leases ended) or can be waited for no more, puts its protections back, and only then says
 * how it ended.
 */
export async function endInterrupted(parts: Parts, unfinished: Run): Promise<Run> {
  const { state, time, record } = parts;
  const now = time.now();
  let run = record(unfinished, { type: 'phase', at: now, phase: 'reverting' });
  const faults = state.faults.range(run.startedAt, now).filter(({ runId }) => runId === run.id);
  for (const fault of faults) {
    if (!run.events.some((event) => event.type === 'fault-armed' && event.faultId === fault.faultId)) {
      const { faultId, armedAt: at, spec } = fault;
      run = record(run, { type: 'fault-armed', at, faultId, title: faultTitle(spec) });
    }
  }
  const open = faults.filter(
    ({ faultId }) => !run.events.some((event) => event.type === 'fault-ended' && event.faultId === faultId),
  );
  const ends = await Promise.all(open.map((fault) => endOf(parts, fault)));
  for (const end of ends) run = record(run, toEvent(end, time.now()));
  const restored = await putBack(parts, run);
  run = restored.run;
  const { verdict, why } = judge(ends, restored.lost);
  return record(run, { type: 'ended', at: time.now(), verdict, why });
}

/** The fault when it has ended, however that is known. */
function endOf({ faultEnds }: Parts, fault: FaultInterval): Promise<FaultInterval> {
  if (fault.endedAt !== null) return Promise.resolve(fault);
  return new Promise((resolve) => {
    const stop = faultEnds((interval) => {
      if (interval.faultId !== fault.faultId || interval.endedAt === null) return;
      stop();
      resolve(interval);
    });
  });
}

function toEvent(fault: FaultInterval, now: number): RunEvent {
  const { faultId, endedAt, reverted, readBack } = fault;
  return {
    type: 'fault-ended',
    at: endedAt ?? now,
    faultId,
    reverted: reverted ?? false,
    readBack: readBack ?? '',
  };
}

/** Puts back the protections which the run took away; `lost` names those of which nobody says that they are on. */
async function putBack(parts: Parts, before: Run): Promise<{ run: Run; lost: string[] }> {
  const { record, time } = parts;
  const lost: string[] = [];
  let run = before;
  const until = time.now() + AGENTS_BACK_MS;
  for (const { service, name } of removedProtections(before)) {
    const readBack = await oneBack(parts, service, name, until);
    if (readBack === null) lost.push(`${name} of ${service}`);
    const said = {
      name: restoredName(service, name),
      kind: 'action' as const,
      output: readBack ?? 'no answer',
    };
    run = record(run, { type: 'activity-ended', at: time.now(), ok: readBack !== null, ...said });
  }
  return { run, lost };
}

/** Tries until its agents are back, or it is too late. */
async function oneBack(parts: Parts, service: string, name: string, until: number): Promise<string | null> {
  const { protect, log, time, signal } = parts;
  for (;;) {
    try {
      return await protect(service, name, true);
    } catch (error) {
      if (signal.aborted || time.now() >= until) {
        log.warn({ err: error, service, protection: name }, 'a protection was not put back');
        return null;
      }
    }
    await sleep(time, AGAIN_MS, signal);
  }
}

function judge(ends: readonly FaultInterval[], lost: readonly string[]): { verdict: Verdict; why: string } {
  const said = 'the dashboard ended while the experiment ran';
  const failed = ends.filter(({ reverted }) => reverted === false).map(title);
  const unknown = ends.filter(({ reverted }) => reverted === null).map(title);
  const parts = [
    failed.length > 0 ? `not reverted: ${failed.join(', ')}` : '',
    unknown.length > 0 ? `ended with the lease, without a read-back: ${unknown.join(', ')}` : '',
    lost.length > 0 ? `not known to be back, at the latest after ten minutes: ${lost.join(', ')}` : '',
  ].filter((part) => part !== '');
  const clean = ends.length === 0 ? 'nothing was armed any more' : 'all its faults are gone, read back';
  const verdict = failed.length > 0 ? 'revert-failed' : 'interrupted';
  return { verdict, why: `${said}; ${parts.length === 0 ? clean : parts.join('; ')}` };
}

const title = ({ spec }: FaultInterval): string => faultTitle(spec);
