import { BREAKER_STATES, type BreakerOutcome, type BreakerState } from '../../../contract/telemetry.ts';
import type { Increases } from './increase.ts';
import type { ForeignPoint } from './points.ts';

/** What one collection said of one breaker. */
export interface BreakerReading {
  name: string;
  /** Who is called; empty when the library does not say. */
  peer: string;
  at: string;
  /** Null: nothing was said of it. */
  state: BreakerState | null;
  failureRatio: number | null;
  calls: Partial<Record<BreakerOutcome, number>>;
}

/** Events of a breaker that moves, as counters; Polly's and opossum's names for them. */
type Move = 'opened' | 'half_opened' | 'closed';
const MOVES: Record<string, Move> = {
  OnCircuitOpened: 'opened',
  OnCircuitHalfOpened: 'half_opened',
  OnCircuitClosed: 'closed',
  open: 'opened',
  halfOpen: 'half_opened',
  close: 'closed',
};
/** Breakers remembered at one time; beyond it the one that was silent longest is forgotten. */
const MAX_BREAKERS = 10_000;
/** What is longer is no name of a breaker. */
const MAX_LETTERS = 500;
const STATES: ReadonlySet<string> = new Set(BREAKER_STATES);

/** Remembers of each breaker what its counters said, and reads a collection's points. */
export class BreakerReader {
  readonly #increases: Increases;
  readonly #moves = new Map<string, { state: BreakerState; counts: Record<Move, number> }>();

  constructor(increases: Increases) {
    this.#increases = increases;
  }

  /** The breakers of one resource; `origin` tells resources apart. */
  read(points: readonly ForeignPoint[], origin: string): BreakerReading[] {
    const found = new Map<string, { reading: BreakerReading; moved: Map<Move, number> }>();
    for (const point of points) {
      const rule = RULES[point.name];
      if (rule === undefined) continue;
      const name = rule.breaker(point);
      if (name === '' || name.length > MAX_LETTERS) continue;
      const key = `${origin}|${name}`;
      let entry = found.get(key);
      if (entry === undefined) {
        entry = { reading: empty(name, rule.peer?.(point) ?? '', point.at), moved: new Map() };
        found.set(key, entry);
      }
      const { reading, moved } = entry;
      rule.apply(reading, point, {
        increase: () => this.#increases.of(origin, point),
        move: (move) => {
          const known = point.counts === 'delta' ? (this.#moves.get(key)?.counts[move] ?? 0) : 0;
          moved.set(move, (moved.get(move) ?? known) + point.value);
        },
      });
    }
    for (const [key, { reading, moved }] of found) this.#settle(key, reading, moved);
    return [...found.values()].map(({ reading }) => reading);
  }

  #settle(key: string, reading: BreakerReading, moved: ReadonlyMap<Move, number>): void {
    const known = this.#moves.get(key);
    if (reading.state !== null || (moved.size === 0 && known === undefined && !hasCalls(reading))) return;
    const before = known?.counts;
    const counts: Record<Move, number> = {
      opened: moved.get('opened') ?? before?.opened ?? 0,
      half_opened: moved.get('half_opened') ?? before?.half_opened ?? 0,
      closed: moved.get('closed') ?? before?.closed ?? 0,
    };
    reading.state = stateAfter(counts, known ?? null);
    this.#moves.delete(key);
    this.#moves.set(key, { state: reading.state, counts });
    if (this.#moves.size <= MAX_BREAKERS) return;
    const [silent] = this.#moves.keys();
    if (silent !== undefined) this.#moves.delete(silent);
  }
}

/**
 * The state of a breaker of which only its moves are counted. Each opening but the last was followed by a probe, so fewer
 * probes than openings mean that it is open. Else its last probe was its last move, or what came of it, a closing.
 */
function stateAfter(
  now: Record<Move, number>,
  before: { state: BreakerState; counts: Record<Move, number> } | null,
): BreakerState {
  if (now.half_opened < now.opened) {
    // A breaker which was closed by hand has never probed.
    const closedByHand =
      before !== null && now.closed > before.counts.closed && now.opened === before.counts.opened;
    return closedByHand ? 'closed' : 'open';
  }
  if (before === null) return now.opened > 0 && now.closed === 0 ? 'half_open' : 'closed';
  if (now.closed > before.counts.closed) return 'closed';
  if (now.half_opened > before.counts.half_opened) return 'half_open';
  return before.state;
}

interface Means {
  /** What the counter rose by; null when not known. */
  increase(): number | null;
  move(move: Move): void;
}

interface Rule {
  /** The breaker's name; empty when the point is none of a breaker. */
  breaker(point: ForeignPoint): string;
  peer?(point: ForeignPoint): string;
  apply(reading: BreakerReading, point: ForeignPoint, means: Means): void;
}

const attribute = (point: ForeignPoint, ...names: string[]): string => {
  for (const name of names) {
    const value = point.attributes.get(name) ?? '';
    if (value !== '') return value;
  }
  return '';
};
const named = (point: ForeignPoint) => attribute(point, 'name');

function count(reading: BreakerReading, outcome: BreakerOutcome | null, by: number | null): void {
  if (outcome === null || by === null) return;
  reading.calls[outcome] = (reading.calls[outcome] ?? 0) + by;
}

const KINDS_R4J: Record<string, BreakerOutcome> = { successful: 'success', failed: 'failure' };
const resilience4jCalls: Rule = {
  breaker: named,
  apply: (reading, point, { increase }) =>
    count(reading, KINDS_R4J[attribute(point, 'kind')] ?? null, increase()),
};
const EVENTS_OPOSSUM: Record<string, [outcome: BreakerOutcome, sign: number][]> = {
  success: [['success', 1]],
  reject: [['rejected', 1]],
  failure: [['failure', 1]],
  // opossum tells both of these once more as a failure.
  timeout: [
    ['timeout', 1],
    ['failure', -1],
  ],
  semaphoreLocked: [
    ['bulkhead_rejected', 1],
    ['failure', -1],
  ],
};
const cluster = (point: ForeignPoint) => attribute(point, 'envoy_cluster_name', 'cluster_name');
/** Whatever of it is in force, calls are kept away from the upstream. */
const envoyLimit: Rule = {
  breaker: cluster,
  peer: cluster,
  apply: (reading, { value }) => {
    reading.state = value > 0 || reading.state === 'open' ? 'open' : 'closed';
  },
};
const ENVOY_LIMITS = ['cx_open', 'cx_pool_open', 'rq_open', 'rq_pending_open', 'rq_retry_open'].map(
  (limit) => `cluster_circuit_breakers_default_${limit}`,
);
const envoyCalls = (outcome: (point: ForeignPoint) => [BreakerOutcome, number][]): Rule => ({
  breaker: cluster,
  peer: cluster,
  apply: (reading, point, { increase }) => {
    const by = increase();
    if (by !== null) for (const [name, sign] of outcome(point)) count(reading, name, by * sign);
  },
});
const envoy: Record<string, Rule> = {
  cluster_outlier_detection_ejections_active: envoyLimit,
  ...Object.fromEntries(ENVOY_LIMITS.map((name) => [name, envoyLimit])),
  cluster_upstream_rq_pending_overflow: envoyCalls(() => [['rejected', 1]]),
  // A timeout is answered with 504, so it stands among the 5xx too.
  cluster_upstream_rq_timeout: envoyCalls(() => [
    ['timeout', 1],
    ['failure', -1],
  ]),
  cluster_upstream_rq_xx: envoyCalls((point) =>
    attribute(point, 'envoy_response_code_class') === '5' ? [['failure', 1]] : [['success', 1]],
  ),
};

const RULES: Readonly<Record<string, Rule>> = {
  resilience4j_circuitbreaker_state: {
    breaker: named,
    apply: (reading, point) => {
      const state = attribute(point, 'state');
      if (point.value !== 1) return;
      // `metrics_only` lets every call through, as `disabled` does.
      if (state === 'metrics_only') reading.state = 'disabled';
      else if (STATES.has(state)) reading.state = state as BreakerState;
    },
  },
  resilience4j_circuitbreaker_calls: resilience4jCalls,
  resilience4j_circuitbreaker_calls_seconds_count: resilience4jCalls,
  resilience4j_circuitbreaker_not_permitted_calls: {
    breaker: named,
    apply: (reading, _point, { increase }) => count(reading, 'rejected', increase()),
  },
  resilience4j_circuitbreaker_failure_rate: {
    breaker: named,
    apply: (reading, { value }) => {
      // -1: too few calls to say.
      if (value >= 0) reading.failureRatio = value / 100;
    },
  },
  resilience_polly_strategy_events: {
    breaker: (point) =>
      MOVES[attribute(point, 'event_name')] === undefined
        ? ''
        : [
            attribute(point, 'pipeline_name'),
            attribute(point, 'pipeline_instance'),
            attribute(point, 'strategy_name'),
          ]
            .filter((part) => part !== '')
            .join('/'),
    apply: (_reading, point, { move }) => {
      const name = MOVES[attribute(point, 'event_name')];
      if (name !== undefined) move(name);
    },
  },
  circuit: {
    breaker: (point) => (point.attributes.has('event') ? named(point) : ''),
    apply: (reading, point, { increase, move }) => {
      const event = attribute(point, 'event');
      const name = MOVES[event];
      if (name !== undefined) move(name);
      const outcomes = EVENTS_OPOSSUM[event];
      const by = outcomes === undefined ? null : increase();
      if (by !== null) for (const [outcome, sign] of outcomes ?? []) count(reading, outcome, by * sign);
      // A breaker which has only ever let calls through has no moves to count.
      reading.calls.success ??= 0;
    },
  },
  ...envoy,
  // Prometheus puts the program's name before it.
  ...Object.fromEntries(Object.entries(envoy).map(([name, rule]) => [`envoy_${name}`, rule])),
};

export const BREAKER_NAMES: readonly string[] = Object.keys(RULES);

function empty(name: string, peer: string, at: string): BreakerReading {
  return { name, peer, at, state: null, failureRatio: null, calls: {} };
}

const hasCalls = ({ calls }: BreakerReading) => Object.keys(calls).length > 0;
