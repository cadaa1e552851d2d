import { type CallFigures, type ChangeReport, SERVICE_LEVELS } from '../../contract/figures.ts';
import { cells, seconds } from './cells.ts';
import { bounds, LIMITS, type Range, type Store, within } from './client.ts';
import { callFigures, type StoredTotals, SUMS } from './traffic.ts';

/** So long before and after a change its service is looked at. */
const LOOK_MS = 600_000;
/** A version seen within so long before the range is no new one. */
const LOOK_BACK_MS = 3_600_000;
/** The newest changes which are judged. */
const MAX_CHANGES = 20;

interface Version {
  service: string;
  version: string;
  at: number;
  before: string;
}

/** New versions of services in a range, and whether each kept the levels which held before. */
export async function changes(store: Store, range: Range, signal?: AbortSignal): Promise<ChangeReport> {
  const found = await store.rows<Version>(
    `SELECT * FROM (
      SELECT service, version, toUnixTimestamp64Milli(first) AS at,
        lagInFrame(version) OVER (PARTITION BY service ORDER BY first ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS before
      FROM (SELECT ServiceName AS service, toString(ServiceVersion) AS version, min(Timestamp) AS first FROM otel_traces
        WHERE ${within('Timestamp')} AND ServiceVersion != '' GROUP BY service, version))
    WHERE before != '' AND at >= {start:Int64} ORDER BY at DESC LIMIT ${MAX_CHANGES + 1}`,
    { ...bounds({ from: range.from - LOOK_BACK_MS, to: range.to }), start: Math.floor(range.from) },
    signal,
    LIMITS.scan,
  );
  const judged = await Promise.all(
    found.slice(0, MAX_CHANGES).map((version) => judge(store, version, signal)),
  );
  const known = judged.filter((change) => change.verdict !== 'unknown');
  const failed = known.filter((change) => change.verdict === 'failed').length;
  return {
    changes: judged.reverse(),
    failureRatio: known.length === 0 ? null : failed / known.length,
    truncated: found.length > MAX_CHANGES,
  };
}

async function judge(store: Store, { service, version, at, before: from }: Version, signal?: AbortSignal) {
  // Calls count in the second they end: the one in which it came counts as after.
  const turn = Math.floor(at / 1000) * 1000;
  const [before, after] = await Promise.all([
    served(store, service, { from: turn - LOOK_MS, to: turn }, signal),
    served(store, service, { from: turn, to: turn + LOOK_MS }, signal),
  ]);
  return { service, from, to: version, at, before, after, verdict: verdictOf(before, after) };
}

async function served(store: Store, service: string, range: Range, signal?: AbortSignal) {
  const [row] = await store.rows<StoredTotals>(
    `SELECT ${SUMS} FROM ${cells(range, null)} WHERE Kind = 'server' AND Service = {service:String}`,
    { service, ...seconds(range) },
    signal,
    LIMITS.figures,
  );
  return callFigures(row, LOOK_MS / 1000);
}

function verdictOf(before: CallFigures, after: CallFigures): ChangeReport['changes'][number]['verdict'] {
  const levels = [
    (of: CallFigures) => of.errorRatio !== null && 1 - of.errorRatio > SERVICE_LEVELS.availability,
    (of: CallFigures) => of.p95Ms !== null && of.p95Ms < SERVICE_LEVELS.p95Ms,
  ];
  const enough = Math.min(before.calls, after.calls) >= SERVICE_LEVELS.fewestCalls;
  const held = levels.filter((holds) => holds(before));
  if (!enough || held.length === 0) return 'unknown';
  return held.every((holds) => holds(after)) ? 'held' : 'failed';
}
