const UNIT_MS: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 0.001,
  µs: 0.001,
  ns: 0.000001,
};
const PART = /(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)/g;

/** What Go and Istio write: `5s`, `1.5s`, `1h30m`. */
export const GO_DURATION = /^(\d+(\.\d+)?(h|ms|m|s|us|µs|ns))+$/;

export function goDurationMs(text: string): number {
  let ms = 0;
  for (const [, count, unit] of text.matchAll(PART)) ms += Number(count) * (UNIT_MS[unit ?? ''] ?? 0);
  return ms;
}

/** `3.5s`, or `250ms` below a second. */
export function toGoDuration(ms: number): string {
  return ms < 1000 ? `${ms}ms` : `${ms / 1000}s`;
}
