import type { RunEvent, RunPhase } from '@stormglass/chaos/contract';

export interface PhaseStep {
  phase: RunPhase;
  title: string;
  state: 'done' | 'now' | 'waiting' | 'skipped';
  /** Epoch ms. */
  from: number | null;
  to: number | null;
}

export interface ActivityRow {
  key: string;
  name: string;
  kind: 'action' | 'probe';
  startedAt: number;
  endedAt: number | null;
  ok: boolean | null;
  output: string;
  /** How often it ran; probes repeat. */
  times: number;
  failures: number;
}

export interface GuardRow {
  name: string;
  value: number | null;
  at: number;
  tripped: boolean;
}

export interface RunProgress {
  phases: PhaseStep[];
  activities: ActivityRow[];
  guards: GuardRow[];
  /** Probes that were out of tolerance, as intervals. */
  deviations: { name: string; from: number; to: number | null; output: string }[];
  readBacks: { faultId: string; reverted: boolean; readBack: string; at: number }[];
}

const PHASES: { phase: RunPhase; title: string }[] = [
  { phase: 'steady-before', title: 'Steady before' },
  { phase: 'method', title: 'Break' },
  { phase: 'recovering', title: 'Recover' },
  { phase: 'steady-after', title: 'Steady after' },
  { phase: 'reverting', title: 'Revert' },
  { phase: 'ended', title: 'Ended' },
];

function phasesOf(events: readonly RunEvent[]): PhaseStep[] {
  const seen = events.flatMap((e) => (e.type === 'phase' ? [e] : []));
  const current = seen[seen.length - 1]?.phase ?? null;
  const reached = new Map(seen.map((e, i) => [e.phase, { from: e.at, to: seen[i + 1]?.at ?? null }]));
  const ended = current === 'ended' || events.some((e) => e.type === 'ended');
  const rank = PHASES.findIndex((p) => p.phase === current);
  return PHASES.map(({ phase, title }, i) => {
    const span = reached.get(phase);
    const state = span
      ? phase === current && !ended
        ? 'now'
        : 'done'
      : ended || i < rank
        ? 'skipped'
        : 'waiting';
    return { phase, title, state, from: span?.from ?? null, to: span?.to ?? null };
  });
}

interface Fold {
  activities: Map<string, ActivityRow>;
  guards: Map<string, GuardRow>;
  deviations: RunProgress['deviations'];
  open: Map<string, RunProgress['deviations'][number]>;
}

function started(fold: Fold, e: Extract<RunEvent, { type: 'activity-started' }>): void {
  const row = fold.activities.get(e.name);
  if (row) {
    row.times += 1;
    row.endedAt = null;
    row.ok = null;
    return;
  }
  fold.activities.set(e.name, {
    key: `${e.kind}:${e.name}`,
    name: e.name,
    kind: e.kind,
    startedAt: e.at,
    endedAt: null,
    ok: null,
    output: '',
    times: 1,
    failures: 0,
  });
}

function ended(fold: Fold, e: Extract<RunEvent, { type: 'activity-ended' }>): void {
  if (!fold.activities.has(e.name)) started(fold, { ...e, type: 'activity-started' });
  const row = fold.activities.get(e.name);
  if (row)
    Object.assign(row, {
      endedAt: e.at,
      ok: e.ok,
      output: e.output,
      failures: row.failures + (e.ok ? 0 : 1),
    });
  if (e.kind !== 'probe') return;
  const open = fold.open.get(e.name);
  if (!e.ok && !open) {
    const deviation = { name: e.name, from: e.at, to: null, output: e.output };
    fold.open.set(e.name, deviation);
    fold.deviations.push(deviation);
  } else if (e.ok && open) {
    open.to = e.at;
    fold.open.delete(e.name);
  }
}

function guard(fold: Fold, e: Extract<RunEvent, { type: 'guard' }>): void {
  const before = fold.guards.get(e.name);
  fold.guards.set(e.name, {
    name: e.name,
    value: e.value,
    at: e.at,
    tripped: e.tripped || before?.tripped === true,
  });
}

/** A run as far as it got: the fold of its events. */
export function runProgress(events: readonly RunEvent[]): RunProgress {
  const fold: Fold = { activities: new Map(), guards: new Map(), deviations: [], open: new Map() };
  const readBacks: RunProgress['readBacks'] = [];
  for (const e of events) {
    if (e.type === 'activity-started') started(fold, e);
    else if (e.type === 'activity-ended') ended(fold, e);
    else if (e.type === 'guard') guard(fold, e);
    else if (e.type === 'fault-ended') {
      readBacks.push({ faultId: e.faultId, reverted: e.reverted, readBack: e.readBack, at: e.at });
    }
  }
  return {
    phases: phasesOf(events),
    activities: [...fold.activities.values()],
    guards: [...fold.guards.values()],
    deviations: fold.deviations,
    readBacks,
  };
}
