const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600];

/** A round step in seconds so that at most `count` of them fit into `seconds`. */
export function roundSeconds(seconds: number, count: number): number {
  return STEPS.find((step) => seconds / step <= count) ?? 1800;
}
