import type { Figure, Recovery, Run, RunEvent, Verdict } from '../contract/index.ts';

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
      return `${Number.isInteger(value) ? value : value.toFixed(1)} ${unit}`;
  }
}

/** The figures of a recovery with their names, in the order of a report. */
export function namedFigures(recovery: Recovery): { name: string; figure: Figure }[] {
  return [
    { name: 'Detected after', figure: recovery.detect },
    { name: 'Mitigated after', figure: recovery.mitigate },
    { name: 'Recovered after the fault', figure: recovery.recover },
    { name: 'Outage', figure: recovery.outage },
    { name: 'Lost requests', figure: recovery.lostRequests },
    { name: 'Blast radius', figure: recovery.blastRadius },
    { name: 'Share of calls with a receipt', figure: recovery.receiptShare },
    { name: 'Injected', figure: recovery.injectedRate },
    { name: 'Queue peak', figure: recovery.queuePeak },
    { name: 'Queue drained after', figure: recovery.drainMs },
    ...recovery.retryAmplification.map(({ from, to, figure }) => ({
      name: `Calls amplified, ${from} to ${to}`,
      figure,
    })),
  ];
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
