import type { Logger } from 'pino';
import type { QueueCollector } from './collector.ts';
import type { QueueReport } from './report.ts';
import { keepDoing } from './rounds.ts';

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
  const round = async () => {
    try {
      report.add(await collector.read());
      last = 'read';
    } catch (error) {
      last = 'away';
      throw error;
    }
  };
  void keepDoing(round, {
    everyMs: EVERY_MS,
    down,
    onTrouble(error) {
      if (error === null) log.info('the broker is back');
      else log.warn({ err: error }, 'the broker cannot be read, trying on');
    },
  });
  return () => last;
}
