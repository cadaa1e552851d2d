import { BREAKER_ATTR, BREAKER_EVENT, type BreakerState, SEMCONV } from '../../../contract/telemetry.ts';
import type { BreakerReading } from './breakers.ts';

/** Breakers remembered at one time; beyond it the one that was silent longest is forgotten. */
const MAX_BREAKERS = 10_000;
/** Nobody said why: two collections differ. */
const REASON = 'observed';
const INFO = 9;

/**
 * Libraries which only count and gauge say nothing at the moment a breaker moves. That it has moved is seen in the next
 * collection, and becomes an event of that moment; what happened in between is not known.
 */
export class ObservedMoves {
  readonly #states = new Map<string, BreakerState>();

  /** A log record for each breaker of one resource whose state is another one than before. */
  records(readings: readonly BreakerReading[], origin: string): object[] {
    return readings.flatMap((reading) => {
      const { state } = reading;
      if (state === null) return [];
      const before = this.#remember(`${origin}|${reading.name}`, state);
      return before === undefined || before === state ? [] : [record(reading, before, state)];
    });
  }

  /** The state before this one; undefined when it is seen for the first time. */
  #remember(key: string, state: BreakerState): BreakerState | undefined {
    const before = this.#states.get(key);
    this.#states.delete(key);
    this.#states.set(key, state);
    if (this.#states.size > MAX_BREAKERS) {
      const [silent] = this.#states.keys();
      if (silent !== undefined) this.#states.delete(silent);
    }
    return before;
  }
}

function record({ name, peer, at }: BreakerReading, from: BreakerState, to: BreakerState): object {
  const attributes = {
    [BREAKER_ATTR.name]: name,
    ...(peer === '' ? {} : { [SEMCONV.peerService[0]]: peer }),
    ...{ [BREAKER_ATTR.from]: from, [BREAKER_ATTR.to]: to, [BREAKER_ATTR.reason]: REASON },
  };
  return {
    ...{ time_unix_nano: at, observed_time_unix_nano: at, event_name: BREAKER_EVENT[to] },
    ...{ severity_number: INFO, severity_text: 'INFO' },
    body: { string_value: `${name}: ${from} -> ${to}` },
    attributes: Object.entries(attributes).map(([key, text]) => ({ key, value: { string_value: text } })),
  };
}
