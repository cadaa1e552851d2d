import type { Run } from '../contract/index.ts';
import { eventText, figureText, offsetText } from '../report/index.ts';

/** Lines of progress for what a newer state of a run adds to an older one. */
export function progress(before: number, run: Run): string[] {
  return run.events.slice(before).flatMap((event) => {
    const text = eventText(event);
    return text === null ? [] : [`${offsetText(run, event.at).padStart(9)}  ${text}`];
  });
}

/** The figures people look for first, one line. */
export function summary(run: Run): string {
  const { recovery } = run;
  if (recovery === null) return '';
  const parts = [
    `detected after ${figureText(recovery.detect)}`,
    `recovered ${figureText(recovery.recover)} after the fault`,
    `lost ${figureText(recovery.lostRequests)}`,
    `blast radius ${figureText(recovery.blastRadius)}`,
  ];
  return parts.join(', ');
}
