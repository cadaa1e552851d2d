/**
 * Bounds of a share that hold at every moment at once: the chance that the true share is ever outside of them, however
 * often one looks, is at most `alpha`. They are the shares p at which the ratio of prior to posterior density is below
 * 1/alpha, with a uniform prior.
 *
 * I. Waudby-Smith, A. Ramdas: "Confidence sequences for sampling without replacement", NeurIPS 2020, arXiv:2006.04347,
 * section 2 (the prior-posterior-ratio martingale).
 */
export function shareBounds(yes: number, n: number, alpha: number): [low: number, high: number] {
  if (n === 0) return [0, 1];
  const limit = Math.log(1 / alpha);
  // Binomial coefficient times n + 1: the posterior's normalising constant.
  const constant = logFactorial(n) - logFactorial(yes) - logFactorial(n - yes) + Math.log(n + 1);
  const inside = (p: number) => -(constant + log(yes, p) + log(n - yes, 1 - p)) < limit;
  const mode = yes / n;
  return [mode === 0 ? 0 : edge(mode, 0, inside), mode === 1 ? 1 : edge(mode, 1, inside)];
}

/** Where it stops to be inside on the way from `inner` to `outer`. */
function edge(inner: number, outer: number, inside: (p: number) => boolean): number {
  if (inside(outer)) return outer;
  let [within, beyond] = [inner, outer];
  for (let step = 0; step < 50; step++) {
    const middle = (within + beyond) / 2;
    if (inside(middle)) within = middle;
    else beyond = middle;
  }
  return beyond;
}

const log = (count: number, p: number): number => (count === 0 ? 0 : count * Math.log(p));

const logs: number[] = [0];

function logFactorial(n: number): number {
  for (let i = logs.length; i <= n; i++) logs.push((logs[i - 1] ?? 0) + Math.log(i));
  return logs[n] ?? 0;
}
