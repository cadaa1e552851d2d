import { unit } from '../../contract/index.ts';
import type { Attributes, ToxicType } from './stage.ts';

export type Stream = 'upstream' | 'downstream';

/** What a toxic is made from. The last three are ours, and null unless somebody asked for them. */
export interface ToxicSpec {
  name: string;
  type: string;
  stream: Stream;
  /** As it was written: `Upstream` is shown as such. */
  streamGiven: string;
  toxicity: number;
  attributes: Attributes;
  /** Milliseconds after which it takes itself away unless its lease is renewed. */
  ttl: number | null;
  /** Decides which connections are hurt, and the jitter: the same seed hurts the same ones again. */
  seed: number | null;
  /** No effects after so many. */
  maxAffected: number | null;
}

/** Something harmful that stands between two ends, and which connections it hurts. */
export class Toxic {
  readonly spec: ToxicSpec;
  readonly kind: ToxicType;
  /** Share of connections that are hurt, 0..1. */
  toxicity: number;
  attributes: Attributes;
  /** Chunks, ends or requests that it has touched. */
  effects = 0;
  readonly #seed: number;
  #seats = 0;
  #counted = 0;
  #timer: NodeJS.Timeout | null = null;

  /** `seed` is taken where the spec gives none. */
  constructor(spec: ToxicSpec, kind: ToxicType, seed: number) {
    this.spec = spec;
    this.kind = kind;
    this.toxicity = spec.toxicity;
    this.attributes = spec.attributes;
    this.#seed = spec.seed ?? seed;
  }

  /** The number of the next connection that meets it: connections are told apart by nothing else. */
  seat(): number {
    return this.#seats++;
  }

  hurts(seat: number): boolean {
    return unit(`${this.#seed}|${seat}`) < this.toxicity;
  }

  draw(seat: number, ordinal: number): number {
    return unit(`${this.#seed}|${seat}|${ordinal}`);
  }

  take(): boolean {
    if (this.spec.maxAffected !== null && this.effects >= this.spec.maxAffected) return false;
    this.effects++;
    return true;
  }

  count(): number {
    return ++this.#counted;
  }

  /** Calls `expired` in `ttl` milliseconds unless it is called again. */
  lease(ttl: number, expired: () => void): void {
    this.release();
    this.#timer = setTimeout(expired, ttl);
  }

  release(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
