import {
  type FaultSpec,
  inVariant,
  type Journey,
  type JourneyPaths,
  type Place,
  type ServiceMap,
  unit,
} from '@stormglass/agents/contract';
import type { Observed } from './observed.ts';
import type { SweepPorts } from './ports.ts';

/** What becomes of a journey that a fault hurts. */
export type Effect = (journey: Journey, spec: FaultSpec) => Journey;

export interface ShopOptions {
  seed?: number;
  /** Journeys a second, half of each kind. */
  rate?: number;
  /** Without any fault. */
  failing?: number;
  /** What the fault does to journeys of the variant that pass it; they are spared by default. */
  effect?: Effect;
  /** What it does to the others. */
  spill?: Effect;
}

const GATEWAY = { kind: 'server', service: 'gateway', peer: '' } as const;
const place = (kind: Place['kind'], service: string, peer = ''): Place => ({ kind, service, peer });
/** Two kinds of journeys that share nothing but the door. */
const KINDS = [
  {
    operation: 'POST /orders',
    places: [
      ...[GATEWAY, place('client', 'gateway', 'orders'), place('server', 'orders')],
      ...[place('client', 'orders', 'payments'), place('server', 'payments')],
      ...[place('producer', 'orders', 'mails'), place('db', 'orders', 'orders')],
    ],
  },
  {
    operation: 'GET /items',
    places: [GATEWAY, place('client', 'gateway', 'catalog'), place('server', 'catalog')],
  },
];

const START = 1_700_000_000_000;

/** A shop in which time passes only while somebody sleeps: what a sweep does to it, and what it sees of that, is repeatable. */
export class SimulatedShop implements SweepPorts {
  readonly armed = new Map<string, FaultSpec>();
  /** Faults that were armed at the same time, most. */
  mostAtOnce = 0;
  readonly released: string[] = [];
  reverts = true;
  readonly #options: Required<ShopOptions>;
  readonly #journeys: Journey[] = [];
  readonly #injections = new Map<string, number>();
  #now = START;
  #made = 0;
  readonly #sleepers = new Set<{ at: number; wake: () => void }>();

  constructor(options: ShopOptions = {}) {
    const spared: Effect = (journey) => journey;
    this.#options = { seed: 1, rate: 40, failing: 0, effect: spared, spill: spared, ...options };
    this.#pass(60_000);
  }

  readonly clock: SweepPorts['clock'] = {
    now: () => this.#now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const sleeper = { at: this.#now + ms, wake: resolve };
        this.#sleepers.add(sleeper);
        signal.addEventListener('abort', () => resolve(), { once: true });
        setImmediate(() => this.#wakeNext());
      }),
  };

  readonly arm: SweepPorts['arm'] = async (spec) => {
    const faultId = `fault-${this.released.length + this.armed.size + 1}`;
    this.armed.set(faultId, spec);
    this.mostAtOnce = Math.max(this.mostAtOnce, this.armed.size);
    return { faultId };
  };

  readonly release: SweepPorts['release'] = async (faultId) => {
    this.armed.delete(faultId);
    this.released.push(faultId);
    const injections = this.#injections.get(faultId) ?? 0;
    return { reverted: this.reverts, readBack: this.reverts ? 'seam empty' : 'still held', injections };
  };

  readonly journeys: SweepPorts['journeys'] = async ({ from, to }) =>
    this.#journeys
      .slice(this.#journeys.findLastIndex(({ startMs }) => startMs < from) + 1)
      .filter(({ startMs, durationMs }) => startMs + durationMs <= to);

  sagas: SweepPorts['sagas'] = async () => [];
  invariants: SweepPorts['invariants'] = async () => ({ checked: [], violations: [], truncated: false });
  touched: SweepPorts['touched'] = async () => null;

  observed(): Observed {
    const paths: JourneyPaths = {
      oneIn: 1,
      journeys: KINDS.map(({ operation, places }) => ({
        ...{ service: 'gateway', operation, traces: 600 },
        places: places.map((one) => ({ ...one, traces: 600 })),
      })),
    };
    return { from: START, to: START + 60_000, map: mapOf(KINDS.flatMap(({ places }) => places)), paths };
  }

  /** The earliest sleeper is woken; what happens until then has happened. */
  #wakeNext(): void {
    const next = [...this.#sleepers].sort((a, b) => a.at - b.at)[0];
    if (next === undefined) return;
    this.#sleepers.delete(next);
    this.#pass(Math.max(0, next.at - this.#now));
    next.wake();
  }

  #pass(ms: number): void {
    const until = this.#now + ms;
    const stepMs = 1000 / this.#options.rate;
    for (; START + this.#made * stepMs < until; this.#made++) this.#make(START + this.#made * stepMs);
    this.#now = until;
  }

  #make(startMs: number): void {
    const { seed, failing } = this.#options;
    const n = this.#made;
    const kind = KINDS[n % KINDS.length];
    if (kind === undefined) return;
    const traceId = Math.floor(unit(`${seed}|trace|${n}`) * 2 ** 32)
      .toString(16)
      .padStart(32, '0');
    let journey: Journey = {
      ...{ traceId, service: 'gateway', operation: kind.operation, startMs },
      ...{ durationMs: 20 + 20 * unit(`${seed}|ms|${n}`), error: unit(`${seed}|fails|${n}`) < failing },
    };
    for (const [faultId, spec] of this.armed) {
      if (!kind.places.some((one) => isAt(spec, one))) continue;
      const { variant } = spec.selector;
      const mine = variant === undefined || inVariant(variant, traceId);
      if (mine) this.#injections.set(faultId, (this.#injections.get(faultId) ?? 0) + 1);
      journey = (mine ? this.#options.effect : this.#options.spill)(journey, spec);
    }
    this.#journeys.push(journey);
  }
}

function isAt({ target, action }: FaultSpec, { kind, service, peer }: Place): boolean {
  // Nobody sends a statement here.
  if (action.type === 'slow_query') return false;
  if (target.kind === 'edge') return kind === 'client' && service === target.from && peer === target.to;
  if (target.kind === 'producer') return kind === 'producer' && service === target.service;
  return kind === 'server' && service === target.service;
}

function mapOf(places: readonly Place[]): ServiceMap {
  const figures = {
    ...{ calls: 600, errors: 0, receipts: 0, rate: 10, errorRatio: 0 },
    ...{ p50Ms: 10, p95Ms: 20, p99Ms: 30 },
  };
  const counted = { now: figures, base: null, delta: null };
  const serving = new Set(places.filter(({ kind }) => kind === 'server').map(({ service }) => service));
  return {
    nodes: [...serving].map((name) => ({ name, kind: 'service', ...counted })),
    edges: places.flatMap(({ kind, service, peer }) =>
      kind === 'server' ? [] : [{ kind, service, peer, ...counted }],
    ),
  };
}
