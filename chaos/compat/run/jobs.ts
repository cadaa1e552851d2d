import { setTimeout as delay } from 'node:timers/promises';
import { get } from '../py/access.ts';
import { type Dict, truthy, type Value } from '../py/value.ts';
import { execute } from './activity.ts';
import type { Stage } from './stage.ts';
import { background, Interruption, type Thread } from './thread.ts';

/** How long a run that leaves at once still looks at what runs in the background, milliseconds. */
const LAST_LOOK_MS = 200;

/**
 * Does activities one after the other, those for the background beside the rest, and waits for those at the end. `enough` is
 * asked after each.
 */
export async function executeAll(
  activities: Value[],
  stage: Stage,
  thread: Thread,
  { runs, enough, announce }: { runs: Dict[]; enough: () => boolean; announce?: (activity: Value) => void },
): Promise<void> {
  const jobs: Promise<unknown>[] = [];
  let waits = true;
  try {
    for (const activity of activities) {
      announce?.(activity);
      // What goes wrong in the background stays there: its entry has no status then.
      if (truthy(get(activity, 'background', null))) {
        jobs.push(execute(activity, stage, background, runs).catch(() => undefined));
      } else await execute(activity, stage, thread, runs);
      if (enough()) break;
    }
  } catch (error) {
    waits = !(error instanceof Interruption && error.kind === 'leave-all');
    throw error;
  } finally {
    if (waits) await thread.run(() => Promise.all(jobs));
    else for (const job of jobs) await Promise.race([job, delay(LAST_LOOK_MS)]);
  }
}
