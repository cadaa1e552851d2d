import type { Journey } from '@stormglass/agents/contract';
import type { CellFigures, JourneyCount, JourneyKind } from '../../contract/index.ts';
import { shareBounds } from '../sequential/share-bounds.ts';
import { TwoStreams } from '../sequential/two-streams.ts';

/** Failed, slow, spilled over, sagas: each may be wrong so many times less often than all together. */
const QUESTIONS = 4;
/** Slower than 19 of 20 before, by half of that and by what nobody notices. */
const SLOWER = 1.5;
const UNNOTICED_MS = 50;

export interface WatchOptions {
  journeys: readonly JourneyKind[];
  /** Whether the fault may hurt the trace. */
  inVariant: (traceId: string) => boolean;
  /** Undisturbed journeys of the same kinds, in order of time. */
  before: readonly Journey[];
  /** Whom the variant is held against: the traces that are spared, or those before. */
  control: 'half' | 'before';
  alpha: number;
}

interface Group {
  durations: number[];
  failed: number;
  slow: number;
}

/**
 * The journeys of a cell as they come in, in two groups, with the evidence they give. Each counts once, when it is first
 * seen, so that looking often costs no certainty.
 */
export class CellWatch {
  readonly #options: WatchOptions;
  readonly #kinds: ReadonlySet<string>;
  readonly #seen = new Set<string>();
  readonly #variant: Group = { durations: [], failed: 0, slow: 0 };
  readonly #control: Group = { durations: [], failed: 0, slow: 0 };
  readonly #before: Group = { durations: [], failed: 0, slow: 0 };
  readonly #streams = { failed: new TwoStreams(), slow: new TwoStreams(), spill: new TwoStreams() };
  readonly #hurt: string[] = [];
  readonly slowLimitMs: number;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#kinds = new Set(options.journeys.map(keyOf));
    const before = options.before.filter((journey) => this.#kinds.has(keyOf(journey)));
    const answered = before.filter(({ error }) => !error).map(({ durationMs }) => durationMs);
    this.slowLimitMs = (quantile(answered, 0.95) ?? 500) * SLOWER + UNNOTICED_MS;
    for (const journey of before) this.#undisturbed(journey);
  }

  /** Evidence from here on is enough to say that something differs. */
  get needed(): number {
    return QUESTIONS / this.#options.alpha;
  }

  /** Traces of the variant that failed or were slow, in the order in which they were seen. */
  get hurt(): readonly string[] {
    return this.#hurt;
  }

  add(journeys: readonly Journey[]): void {
    for (const journey of journeys) {
      if (this.#seen.has(journey.traceId) || !this.#kinds.has(keyOf(journey))) continue;
      this.#seen.add(journey.traceId);
      this.#take(journey);
    }
  }

  /** Without what only sagas and auditors say. */
  figures(): Omit<CellFigures, 'sagas' | 'violations'> {
    const { failed, slow, spill } = this.#streams;
    const control = this.#options.control === 'half' ? this.#control : this.#before;
    return {
      ...{ variant: count(this.#variant), control: count(control), before: count(this.#before) },
      slowLimitMs: this.slowLimitMs,
      evidence: { failed: failed.evidence, slow: slow.evidence, spill: spill.evidence, sagas: 1 },
      needed: this.needed,
      excessFailed: this.#excess(control, 'failed'),
      excessSlow: this.#excess(control, 'slow'),
    };
  }

  #take(journey: Journey): void {
    const { inVariant, control } = this.#options;
    const slow = this.#isSlow(journey);
    if (inVariant(journey.traceId)) {
      put(this.#variant, journey, slow);
      if (journey.error || slow) this.#hurt.push(journey.traceId);
      this.#streams.failed.add('first', journey.error);
      this.#streams.slow.add('first', slow);
    } else if (control === 'half') {
      put(this.#control, journey, slow);
      this.#streams.failed.add('second', journey.error);
      this.#streams.slow.add('second', slow);
      this.#streams.spill.add('first', journey.error || slow);
    }
  }

  #undisturbed(journey: Journey): void {
    const slow = this.#isSlow(journey);
    put(this.#before, journey, slow);
    if (this.#options.control === 'half') {
      this.#streams.spill.add('second', journey.error || slow);
      return;
    }
    this.#streams.failed.add('second', journey.error);
    this.#streams.slow.add('second', slow);
  }

  #isSlow({ error, durationMs }: Journey): boolean {
    return !error && durationMs > this.slowLimitMs;
  }

  #excess(control: Group, what: 'failed' | 'slow'): [number, number] {
    const alpha = this.#options.alpha / QUESTIONS / 2;
    const bounds = (group: Group) => shareBounds(group[what], group.durations.length, alpha);
    const [low, high] = bounds(this.#variant);
    const [controlLow, controlHigh] = bounds(control);
    return [low - controlHigh, high - controlLow];
  }
}

function put(group: Group, { durationMs, error }: Journey, slow: boolean): void {
  group.durations.push(durationMs);
  group.failed += Number(error);
  group.slow += Number(slow);
}

function count({ durations, failed, slow }: Group): JourneyCount {
  return { journeys: durations.length, failed, slow, p95Ms: quantile(durations, 0.95) };
}

function quantile(values: readonly number[], q: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? null;
}

function keyOf({ service, operation }: JourneyKind): string {
  return `${service}|${operation}`;
}
