/** An instant as Python's `isoformat` writes it in UTC: microseconds, unless there are none. */
export function isoInstant(epochMs: number): string {
  const micros = Math.floor(epochMs * 1000);
  const seconds = new Date(Math.floor(micros / 1_000_000) * 1000).toISOString().slice(0, 19);
  const rest = micros % 1_000_000;
  return `${seconds}${rest === 0 ? '' : `.${String(rest).padStart(6, '0')}`}+00:00`;
}
