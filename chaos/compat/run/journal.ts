import { hostname, machine, release, type } from 'node:os';
import { type Dict, dictOf, type Value } from '../py/value.ts';
import { isoInstant } from './clock.ts';
import { type Finding, findingValue } from './hypothesis.ts';

export type Status = 'completed' | 'failed' | 'aborted' | 'interrupted';

/** What a run leaves behind. `status` is null until something decides it. */
export interface Journal {
  experiment: Dict;
  start: number;
  status: Status | null;
  deviated: boolean;
  before: Finding | null;
  during: Finding[];
  after: Finding | null;
  run: Dict[];
  rollbacks: Dict[];
}

export function emptyJournal(experiment: Dict, now: number): Journal {
  const nothing = { status: null, deviated: false, before: null, during: [], after: null };
  return { experiment: new Map(experiment), start: now, ...nothing, run: [], rollbacks: [] };
}

/** The journal with the keys of the reference, in its order. */
export function journalValue(journal: Journal, end: number): Dict {
  const { status, deviated, before, during, after } = journal;
  const value = (finding: Finding | null): Value => (finding === null ? null : findingValue(finding));
  return dictOf({
    'chaoslib-version': '1.45.0',
    platform: platformName(),
    node: hostname(),
    experiment: journal.experiment,
    start: isoInstant(journal.start),
    status: status ?? 'completed',
    deviated,
    steady_states: dictOf({ before: value(before), after: value(after), during: during.map(value) }),
    run: journal.run,
    rollbacks: journal.rollbacks,
    end: isoInstant(end),
    duration: (end - journal.start) / 1000,
  });
}

/** As Python names it: `Linux-6.1.0-x86_64-with-glibc2.36`. */
function platformName(): string {
  const report: unknown = process.report.getReport();
  const header = typeof report === 'object' && report !== null && 'header' in report ? report.header : null;
  const glibc =
    typeof header === 'object' && header !== null && 'glibcVersionRuntime' in header
      ? `-with-glibc${String(header.glibcVersionRuntime)}`
      : '';
  return `${type()}-${release()}-${machine()}${glibc}`;
}
