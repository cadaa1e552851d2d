import { trace } from '@opentelemetry/api';
import { type PeerSettings, RESILIENCE_ATTR } from '@stormglass/agents/contract';
import type { Clock } from '../clock.ts';
import type { PeerAnswer, PeerRequest } from './request.ts';
import type { Live } from './settings.ts';

interface Kept {
  answer: PeerAnswer;
  /** Epoch ms. */
  at: number;
}

/** The last good answer of each of `fallbackKept` calls, for when there is no fresh one; the oldest are forgotten first. */
export class LastAnswers {
  readonly #kept = new Map<string, Kept>();
  readonly #live: Live<PeerSettings>;
  readonly #clock: Clock;

  constructor(live: Live<PeerSettings>, clock: Clock) {
    this.#live = live;
    this.#clock = clock;
  }

  keep(request: PeerRequest, answer: PeerAnswer): void {
    const key = keyOf(request);
    this.#kept.delete(key);
    this.#kept.set(key, { answer, at: this.#clock.now() });
    this.trim();
  }

  /** Forgets what is too much; after its number was lowered, too. */
  trim(): void {
    const { fallbackKept } = this.#live();
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= fallbackKept) return;
      this.#kept.delete(oldest);
    }
  }

  /** Null when there is none that is young enough. Marks the span of the call. */
  recall(request: PeerRequest): { answer: PeerAnswer; ageMs: number } | null {
    const { fallbackMaxAgeMs } = this.#live();
    const kept = this.#kept.get(keyOf(request));
    if (!kept || fallbackMaxAgeMs === 0) return null;
    const ageMs = Math.max(0, this.#clock.now() - kept.at);
    if (ageMs > fallbackMaxAgeMs) return null;
    trace.getActiveSpan()?.setAttributes({
      [RESILIENCE_ATTR.stale]: true,
      [RESILIENCE_ATTR.staleAge]: ageMs / 1000,
    });
    return { answer: kept.answer, ageMs };
  }
}

/** With its headers: an answer for one user must never be given to another. */
function keyOf({ path, headers }: PeerRequest): string {
  return JSON.stringify([path, headers]);
}
