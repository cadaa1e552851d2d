import { SIGNALS, type Signal } from '../../wire/signals.ts';

export const REASONS = ['age', 'bytes'] as const;
export type Reason = (typeof REASONS)[number];

/** Names counted one by one; services beyond it are counted together. */
const MAX_SERVICES = 500;
export const OTHER_SERVICES = '{others}';

/** Records that retention has removed since the start of the process. */
export class EvictedCounts {
  readonly bySignal: Record<Signal, Record<Reason, number>>;
  readonly #byService = new Map<string, number>();

  constructor() {
    this.bySignal = { traces: zero(), logs: zero(), metrics: zero() };
  }

  add(signal: Signal, reason: Reason, byService: ReadonlyMap<string, number>): void {
    for (const [service, records] of byService) {
      this.bySignal[signal][reason] += records;
      const full = this.#byService.size >= MAX_SERVICES && !this.#byService.has(service);
      const name = full ? OTHER_SERVICES : service;
      this.#byService.set(name, (this.#byService.get(name) ?? 0) + records);
    }
  }

  get total(): number {
    return SIGNALS.flatMap((s) => REASONS.map((r) => this.bySignal[s][r])).reduce((a, b) => a + b, 0);
  }

  get byService(): Record<string, number> {
    return Object.fromEntries(this.#byService);
  }
}

const zero = (): Record<Reason, number> => ({ age: 0, bytes: 0 });
