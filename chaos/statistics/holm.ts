/**
 * Holm's step-down correction: with the adjusted values held against 0.05, the chance of even one false mark among all
 * of them is at most 5 %, however the tests depend on each other. Order is kept.
 */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p);
  const adjusted = new Array<number>(ps.length).fill(1);
  let floor = 0;
  for (const [rank, { p, index }] of order.entries()) {
    floor = Math.max(floor, Math.min(1, p * (ps.length - rank)));
    adjusted[index] = floor;
  }
  return adjusted;
}
