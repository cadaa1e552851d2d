import { type FaultShape, unit } from '../../contract/index.ts';
import { shareOf } from './shape.ts';

/** One call that a fault could hurt. */
export interface Call {
  method: string;
  /** Route template of a server, path without query for an edge. */
  route: string;
  /** Empty when the call belongs to no trace. */
  traceId: string;
}

/** Traces remembered for counting repeated calls; beyond it the oldest is forgotten and starts at 0 again. */
const MAX_TRACES = 10_000;

/** A shape, and how long its fault has been armed by the injector's own clock. */
export interface Shaped {
  shape: FaultShape | undefined;
  elapsedMs(): number;
}

/** Decides call by call: hash(seed, fault, trace, operation, how many such calls that trace has made before). */
export class Decider {
  readonly #prefix: string;
  readonly #share: number;
  readonly #shaped: Shaped | null;
  readonly #ordinals = new Map<string, number>();

  constructor(seed: number, faultId: string, percentage: number, shaped: Shaped | null = null) {
    this.#prefix = `${seed}|${faultId}`;
    this.#share = percentage / 100;
    this.#shaped = shaped;
  }

  /** Null: this call is let through. Else a number in [0, 1) for whatever else has to be drawn, such as jitter. */
  draw(call: Call): number | null {
    const operation = `${call.traceId}|${call.method} ${call.route}`;
    const ordinal = this.#ordinals.get(operation) ?? 0;
    this.#ordinals.delete(operation);
    this.#ordinals.set(operation, ordinal + 1);
    if (this.#ordinals.size > MAX_TRACES) {
      const oldest = this.#ordinals.keys().next();
      if (!oldest.done) this.#ordinals.delete(oldest.value);
    }
    const key = `${this.#prefix}|${operation}|${ordinal}`;
    // A trace whose first calls fail is chosen once: its repetitions are not drawn anew.
    const first = this.#shaped?.shape?.type === 'fail_first';
    const drawn = unit(first ? `${this.#prefix}|${operation}` : key);
    if (drawn >= this.#share * this.#shapedShare(ordinal)) return null;
    return unit(`${key}|jitter`);
  }

  #shapedShare(ordinal: number): number {
    return this.#shaped ? shareOf(this.#shaped.shape, this.#shaped.elapsedMs(), ordinal) : 1;
  }
}
