import type { Inventory } from './inventory.ts';
import type { Maintenance } from './maintenance.ts';

/** Traces (by hash) that outlive ordinary data; made anew for each eviction. */
export const KEPT = 'stormglass_kept';
export const TRACE_HASH = 'sipHash64(TraceId)';

/** Fewer traces of an operation in an hour have no slowest hundredth. */
const FEWEST = 20;
/** A trace's spans may lie so far on the other side of midnight. */
export const SLACK_SECONDS = 3600;
/** Traces grouped in one statement. */
const CHUNK_ROWS = 500_000;
const HOUR = 3600;
const HOURS = 24;

/** Rows of one trace may be spread over inserts and minutes. */
function summaries(from: number, to: number): string {
  return `SELECT TraceId, toStartOfHour(min(Minute)) AS Hour, min(Root).3 AS Service, min(Root).4 AS Name,
      toUInt64(toUnixTimestamp64Nano(max(End)) - toUnixTimestamp64Nano(min(Start))) AS Ns,
      sum(Errors) AS Failed, max(notEmpty(FaultIds)) AS Hurt
    FROM stormglass_traces WHERE Minute >= toDateTime(${from}) AND Minute < toDateTime(${to}) GROUP BY TraceId`;
}

/**
 * The bound is remembered for as long as traces of that hour can be kept: computed again over what an eviction has left, it
 * would rise each time.
 */
function slowBounds(from: number, to: number): string {
  const known = `SELECT Hour, Service, Name FROM stormglass_slow
    WHERE Hour >= toDateTime(${from - SLACK_SECONDS}) AND Hour < toDateTime(${to})`;
  return `INSERT INTO stormglass_slow SELECT Hour, Service, Name, quantileExactInclusive(0.99)(Ns) AS SlowNs
    FROM (${summaries(from, to)}) GROUP BY Hour, Service, Name
    HAVING count() >= ${FEWEST} AND (Hour, Service, Name) NOT IN (${known})`;
}

/** With an error, with a receipt of a fault, or among the slowest hundredth of their root operation in that hour. */
function keepers(from: number, to: number): string {
  return `INSERT INTO ${KEPT} SELECT ${TRACE_HASH} FROM (${summaries(from, to)}) AS traces
    LEFT ANY JOIN (SELECT Hour, Service, Name, SlowNs FROM stormglass_slow
      WHERE Hour >= toDateTime(${from - SLACK_SECONDS}) AND Hour < toDateTime(${to})) AS slow USING (Hour, Service, Name)
    WHERE Failed > 0 OR Hurt OR (SlowNs > 0 AND Ns > SlowNs)`;
}

/** Puts the kept traces of a day (and of the hours around it) into KEPT. */
export async function markKept(store: Maintenance, inventory: Inventory, day: string): Promise<void> {
  for (const [from, to] of chunksOf(inventory, day)) {
    await store.maintain(slowBounds(from, to));
    await store.maintain(keepers(from, to));
  }
}

/** A day with slack on both sides, in pieces of whole hours that hold a bounded number of traces if these come evenly. */
export function chunksOf(inventory: Inventory, day: string): [from: number, to: number][] {
  const rows = inventory.on('stormglass_traces', day)?.rows ?? 0;
  const count = Math.max(1, Math.min(HOURS, Math.ceil(rows / CHUNK_ROWS)));
  const width = Math.ceil(HOURS / count) * HOUR;
  const { from: start, to: end } = inventory.spanOf(day);
  const chunks: [number, number][] = [];
  for (let from = start; from < end; from += width) {
    const isLast = from + width >= end;
    chunks.push([from === start ? from - SLACK_SECONDS : from, isLast ? end + SLACK_SECONDS : from + width]);
  }
  return chunks;
}
