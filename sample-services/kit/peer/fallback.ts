import { trace } from '@opentelemetry/api';
import { RESILIENCE_ATTR } from '@stormglass/agents/contract';
import type { Clock } from '../clock.ts';
import type { PeerAnswer, PeerRequest } from './request.ts';

/** Distinct calls whose last good answer is kept; beyond it the oldest answer is forgotten. */
const MAX_KEPT = 500;

interface Kept {
  answer: PeerAnswer;
  /** Epoch ms. */
  at: number;
}

/** The last good answer of each call, for when there is no fresh one. */
export class LastAnswers {
  readonly #kept = new Map<string, Kept>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  keep(request: PeerRequest, answer: PeerAnswer): void {
    const key = keyOf(request);
    this.#kept.delete(key);
    this.#kept.set(key, { answer, at: this.#clock.now() });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }

  /** Null when there is none that is at most `maxAgeMs` old. Marks the span of the call. */
  recall(request: PeerRequest, maxAgeMs: number): { answer: PeerAnswer; ageMs: number } | null {
    const kept = this.#kept.get(keyOf(request));
    if (!kept) return null;
    const ageMs = Math.max(0, this.#clock.now() - kept.at);
    if (ageMs > maxAgeMs) return null;
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
