import type { Sweep } from '../contract/index.ts';
import type { Dashboard } from './api.ts';
import { DashboardAway } from './http.ts';
import type { Terminal } from './terminal.ts';

/** How often a sweep is asked for, milliseconds. */
const POLL_MS = 1_000;
/** Unanswered polls in a row after which the dashboard counts as gone. */
const MOST_MISSES = 20;

/** Polls until `over`; tells each newer state. Ctrl-C stops the sweep and waits until its faults are reverted. */
export async function followSweep(
  dashboard: Dashboard,
  started: Sweep,
  terminal: Terminal,
  { tell, over }: { tell: (sweep: Sweep) => void; over: (sweep: Sweep) => boolean },
): Promise<Sweep> {
  let current = started;
  let misses = 0;
  let aborting = false;
  for (;;) {
    tell(current);
    terminal.status(over(current) ? null : statusOf(current));
    if (over(current)) return current;
    if (terminal.interrupted.aborted && !aborting) {
      aborting = true;
      terminal.err('stopping the sweep; its faults are being reverted');
      current = await dashboard.changeSweep(current.id, 'abort');
      continue;
    }
    await terminal.sleep(POLL_MS);
    try {
      current = await dashboard.sweep(current.id);
      misses = 0;
    } catch (error) {
      misses++;
      if (!(error instanceof DashboardAway) || misses >= MOST_MISSES) throw error;
    }
  }
}

function statusOf({ results, plan, running }: Sweep): string {
  return `${results.length} of ${plan.cells.length} cells judged; now ${running.join(', ') || 'waiting'}`;
}
