/** Pseudo-counts of the prior of each share, as Turner, Ly and Grünwald recommend. */
const PRIOR = 0.18;

/**
 * Evidence that something happens more often in one stream of yes and no than in another, which may be looked at after
 * every observation and stopped on at any moment: an e-process. When the first share is not the larger one, the chance
 * that it ever reaches 1/alpha is at most alpha (Ville's inequality).
 *
 * R. Turner, A. Ly, P. Grünwald: "Generic E-variables for exact sequential k-sample tests that allow for optional
 * stopping", J. Stat. Planning and Inference 230 (2024), arXiv:2106.02693. One block is one observation of each stream;
 * the shares of the alternative are learned from the blocks before it, and where they do not say that the first is
 * larger the block counts for nothing, which makes it one-sided.
 */
export class TwoStreams {
  readonly #waiting: { first: boolean[]; second: boolean[] } = { first: [], second: [] };
  #blocks = 0;
  #yes = { first: 0, second: 0 };
  #log = 0;
  #most = 0;

  /** The order in each stream is the one in which they are given; nothing is taken back. */
  add(stream: 'first' | 'second', yes: boolean): void {
    this.#waiting[stream].push(yes);
    const { first, second } = this.#waiting;
    if (first.length === 0 || second.length === 0) return;
    this.#block(first.shift() === true, second.shift() === true);
  }

  /** The most there ever was: evidence that was enough stays enough. */
  get evidence(): number {
    return Math.exp(Math.min(this.#most, 700));
  }

  #block(first: boolean, second: boolean): void {
    const share = (yes: number) => (yes + PRIOR) / (this.#blocks + 2 * PRIOR);
    const [a, b] = [share(this.#yes.first), share(this.#yes.second)];
    if (a > b) {
      const both = (a + b) / 2;
      const ratio = (yes: boolean, p: number) => Math.log(yes ? p / both : (1 - p) / (1 - both));
      this.#log += ratio(first, a) + ratio(second, b);
      this.#most = Math.max(this.#most, this.#log);
    }
    this.#blocks++;
    this.#yes.first += Number(first);
    this.#yes.second += Number(second);
  }
}
