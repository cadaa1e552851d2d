import { Figure, type Recovery, type Run, type RunEvent, type Verdict } from '../contract/index.ts';

/** What each verdict means, one sentence. */
export const MEANING: Record<Verdict, string> = {
  passed: 'Nothing left its band.',
  deviated: 'The system did not behave as the experiment expects.',
  'degraded-recovered': 'Answers suffered under the fault, and everything recovered within its budget.',
  'not-run': 'The steady state did not hold before the method; nothing was injected.',
  'injection-failed': 'A fault or an action could not be done, so nothing was learned.',
  'revert-failed': 'A fault could not be shown to be gone. Look at it now.',
  inconclusive: 'There were too few calls or samples to judge by.',
  aborted: 'A guard or a person stopped the run; its faults were reverted.',
  interrupted: 'The dashboard ended during the run; its faults were reverted.',
  invalid: 'The experiment could not be read.',
};

/** `4.65 s`, `320 ms`, `38 requests`, `80.0 %`; `unknown` without a value. */
export function figureText(figure: Figure): string {
  const { value, unit } = figure;
  if (value === null) return 'unknown';
  switch (unit) {
    case 'ms':
      return value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(2)} s`;
    case 'share':
      return `${(value * 100).toFixed(1)} %`;
    case 'ratio':
      return `${value.toFixed(2)} x`;
    default:
      return `${Number.isInteger(value) ? value : value.toFixed(1)} ${value === 1 ? unit.replace(/(?<!\/)s$/, '') : unit}`;
  }
}

/** Names of the figures of a recovery, in the order of a report. */
const NAMES: Readonly<Record<string, string>> = {
  detect: 'Detected after',
  mitigate: 'Mitigated after',
  recover: 'Recovered after the fault',
  outage: 'Outage',
  lostRequests: 'Lost requests',
  blastRadius: 'Blast radius',
  receiptShare: 'Share of calls with a receipt',
  injectedRate: 'Injected',
  queuePeak: 'Queue peak',
  drainMs: 'Queue drained after',
};

export interface NamedFigure {
  /** The field of the recovery. */
  id: string;
  name: string;
  figure: Figure;
}

/** Every figure of a recovery, those with a name of their own first; a new one is not left out of reports. */
export function namedFigures(recovery: Recovery): NamedFigure[] {
  const all = new Map(
    Object.entries(recovery).flatMap(([id, value]) => {
      const figure = Figure.safeParse(value);
      return figure.success ? [[id, figure.data] as const] : [];
    }),
  );
  const ids = [...Object.keys(NAMES), ...[...all.keys()].filter((id) => NAMES[id] === undefined)];
  const figures = ids.flatMap((id) => {
    const figure = all.get(id);
    return figure === undefined ? [] : [{ id, name: NAMES[id] ?? spaced(id), figure }];
  });
  const amplified = recovery.retryAmplification.map(({ from, to, figure }) => ({
    ...{ id: 'retryAmplification', name: `Calls amplified, ${from} to ${to}`, figure },
  }));
  return [...figures, ...amplified];
}

/** `drainSlope` as `Drain slope`. */
function spaced(id: string): string {
  const words = id.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** One event in words; null for those which a journal does not tell (`measured`, guards within their bounds). */
export function eventText(event: RunEvent): string | null {
  switch (event.type) {
    case 'phase':
      return `phase ${event.phase}`;
    case 'activity-started':
      return `${event.kind} started: ${event.name}`;
    case 'activity-ended':
      return `${event.kind} ${event.ok ? 'ok' : 'FAILED'}: ${event.name} (${event.output})`;
    case 'fault-armed':
      return `armed: ${event.title} [${event.faultId}]`;
    case 'fault-ended':
      return `${event.reverted ? 'reverted' : 'NOT REVERTED'}: ${event.faultId} (${event.readBack})`;
    case 'guard':
      return event.tripped ? `guard TRIPPED: ${event.name}, ${event.value ?? 'no value'}` : null;
    case 'measured':
      return null;
    case 'ended':
      return `verdict ${event.verdict}: ${event.why}`;
  }
}

/** Seconds since the run began, `+12.3 s`. */
export function offsetText(run: Pick<Run, 'startedAt'>, at: number): string {
  return `+${((at - run.startedAt) / 1000).toFixed(1)} s`;
}
