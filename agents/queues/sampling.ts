import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { QueueCollector } from './collector.ts';
import type { QueueReport } from './report.ts';

const EVERY_MS = 1_000;

/** How the last reading went; nothing is known before the first. */
export type Reading = 'none' | 'read' | 'away';

/**
 * Reads once a second, never twice at a time, until `down`. A broker that is away is logged once, not each second.
 * Gives back how the last reading went.
 */
export function sampleEverySecond(
  collector: QueueCollector,
  report: QueueReport,
  log: Logger,
  down: AbortSignal,
): () => Reading {
  let last: Reading = 'none';
  void run(collector, report, log, down, (reading) => {
    last = reading;
  });
  return () => last;
}

async function run(
  collector: QueueCollector,
  report: QueueReport,
  log: Logger,
  down: AbortSignal,
  onReading: (reading: Reading) => void,
): Promise<void> {
  let away = false;
  while (!down.aborted) {
    const began = performance.now();
    try {
      report.add(await collector.read());
      if (away) log.info('the broker is back');
      away = false;
      onReading('read');
    } catch (error) {
      if (!away && !down.aborted) log.warn({ err: error }, 'the broker cannot be read, trying on');
      away = true;
      onReading('away');
    }
    const rest = Math.max(0, EVERY_MS - (performance.now() - began));
    // The only way for this to reject is `down`, which the loop's condition sees.
    await sleep(rest, undefined, { signal: down }).catch(() => undefined);
  }
}
