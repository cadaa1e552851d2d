import { mergeSketches, quantile, SERVICE_LEVELS, type TrafficCell } from '@stormglass/agents/contract';
import type { Time } from '../time.ts';
import type { TimelineWindow } from '../window/window.ts';
import type { EventFeed } from './feed.ts';

const LOOK_EVERY_MS = 1_000;
const WINDOW_S = 60;
/** Seconds that are not complete yet. */
const UNFINISHED_S = 2;

/** Says when a service leaves its levels over the last minute, and when it is back. Too few calls change nothing. */
export function watchLevels(window: TimelineWindow, feed: EventFeed, time: Time): () => void {
  const breached = new Set<string>();
  return time.every(LOOK_EVERY_MS, () => {
    const to = time.now() - UNFINISHED_S * 1000;
    const cells = window.slice(to - WINDOW_S * 1000, to).traffic.filter(({ kind }) => kind === 'server');
    for (const [service, own] of Map.groupBy(cells, (cell) => cell.service)) {
      const broken = brokenLevel(own);
      if (broken === null) continue;
      if (broken !== '' && !breached.has(service)) {
        breached.add(service);
        feed.add('slo.breached', service, `${service} left its level over the last minute: ${broken}`);
      } else if (broken === '' && breached.delete(service)) {
        feed.add('slo.restored', service, `${service} kept its levels over the last minute again`);
      }
    }
  });
}

/** Which level is broken, in words; empty when none is, null when there are too few calls. */
function brokenLevel(cells: readonly TrafficCell[]): string | null {
  const calls = cells.reduce((sum, cell) => sum + cell.calls, 0);
  if (calls < SERVICE_LEVELS.fewestCalls) return null;
  const errors = cells.reduce((sum, cell) => sum + cell.errors, 0);
  if (1 - errors / calls < SERVICE_LEVELS.availability) {
    return `${errors} of ${calls} calls failed, ${SERVICE_LEVELS.availability * 100} % must not`;
  }
  const p95 = quantile(mergeSketches(cells.map(({ durations }) => durations)), 0.95);
  if (p95 === null || p95 <= SERVICE_LEVELS.p95Ms) return '';
  return `p95 was ${Math.round(p95)} ms, ${SERVICE_LEVELS.p95Ms} ms is the limit`;
}
