import type { Range } from './client.ts';

/** Whole seconds of a range, as the traffic tables count them: parameters of `cells`. */
export function seconds({ from, to }: Range): { fromSecond: number; toSecond: number } {
  return { fromSecond: Math.floor(from / 1000), toSecond: Math.ceil(to / 1000) };
}

const between = (from: string, to: string) => `Second >= toDateTime(${from}) AND Second < toDateTime(${to})`;
const FROM = '{fromSecond:UInt32}';
const TO = '{toSecond:UInt32}';
const FIRST_MINUTE = `intDiv(${FROM} + 59, 60) * 60`;
const LAST_MINUTE = `intDiv(${TO}, 60) * 60`;

/**
 * The cells of a range, for figures of steps of `step` seconds (null: of the range as a whole). Whole minutes come from
 * the table of minutes where no step ends within one, what is left at both ends from the table of seconds.
 */
export function cells(range: Range, step: number | null): string {
  const { fromSecond, toSecond } = seconds(range);
  const minutes = Math.floor(toSecond / 60) - Math.ceil(fromSecond / 60);
  if (minutes < 1 || (step !== null && step % 60 !== 0)) {
    return `(SELECT * FROM stormglass_traffic WHERE ${between(FROM, TO)})`;
  }
  return `(SELECT * FROM stormglass_traffic_minutes WHERE ${between(FIRST_MINUTE, LAST_MINUTE)}
    UNION ALL SELECT * FROM stormglass_traffic WHERE ${between(FROM, FIRST_MINUTE)} OR ${between(LAST_MINUTE, TO)})`;
}
