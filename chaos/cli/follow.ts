import type { Run } from '../contract/index.ts';
import { eventText, figureText, offsetText } from '../report/index.ts';
import type { Dashboard } from './api.ts';
import { DashboardAway } from './http.ts';
import { statusLine } from './status-line.ts';
import type { Terminal } from './terminal.ts';

/** How often a run is asked for, milliseconds. */
const POLL_MS = 500;
/** Unanswered polls in a row after which the dashboard counts as gone. */
const MOST_MISSES = 20;

/** What is told of a run while it goes on: each newer state with the number of events that were told before. */
export type Tell = (run: Run, told: number) => void;

/** Polls until the verdict. A dashboard that is away for a moment (a restart) is waited for. */
export async function follow(
  dashboard: Dashboard,
  started: Run,
  terminal: Terminal,
  tell: Tell,
): Promise<Run> {
  let current = started;
  let told = 0;
  let misses = 0;
  let aborting = false;
  for (;;) {
    tell(current, told);
    told = current.events.length;
    terminal.status(statusLine(current, terminal.now()));
    if (current.verdict !== null) break;
    if (terminal.interrupted.aborted && !aborting) {
      aborting = true;
      terminal.err('aborting the run; its faults are being reverted');
      current = await dashboard.abort(current.id);
      continue;
    }
    await terminal.sleep(POLL_MS);
    try {
      current = await dashboard.run(current.id);
      misses = 0;
    } catch (error) {
      misses++;
      if (!(error instanceof DashboardAway) || misses >= MOST_MISSES) throw error;
    }
  }
  terminal.status(null);
  return current;
}

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
