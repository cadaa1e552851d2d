import type { PeerSettings } from '@stormglass/agents/contract';
import type { Clock } from '../clock.ts';
import type { Live } from './settings.ts';

interface Record {
  /** Failures since the last success. */
  errors: number;
  /** Epoch ms; in the past when it is in service. */
  ejectedUntil: number;
  /** True until somebody is told that it is back. */
  out: boolean;
  /** How often it was left out lately; one is forgiven for each `outlierEjectionMs` in service. */
  times: number;
}

/** Told when an instance is left out (with the errors and milliseconds), and when it may serve again. */
export interface OutlierNews {
  ejected(id: string, errors: number, forMs: number): void;
  returned(id: string): void;
}

/** An instance that fails again and again is left out at most so many times as long as at first. */
const MOST_TIMES = 10;

/** Which instances of a peer fail again and again, and are left out for a while. */
export class Outliers {
  readonly #records = new Map<string, Record>();
  readonly #live: Live<PeerSettings>;
  readonly #clock: Clock;
  readonly #news: OutlierNews;

  constructor(live: Live<PeerSettings>, clock: Clock, news: OutlierNews) {
    this.#live = live;
    this.#clock = clock;
    this.#news = news;
  }

  /** Instances which are left out now. */
  ejected(): ReadonlySet<string> {
    const now = this.#clock.now();
    const out = new Set<string>();
    for (const [id, record] of this.#records) {
      if (!record.out) continue;
      if (record.ejectedUntil > now) out.add(id);
      else {
        record.out = false;
        this.#news.returned(id);
      }
    }
    return out;
  }

  succeeded(id: string): void {
    const record = this.#records.get(id);
    if (record) record.errors = 0;
  }

  /** `known` are all instances there are, itself included. */
  failed(id: string, known: readonly string[]): void {
    this.#forgetAllBut(known);
    const record = this.#records.get(id) ?? { errors: 0, ejectedUntil: 0, out: false, times: 0 };
    this.#records.set(id, record);
    record.errors++;
    const { outlierErrors, outlierMaxPercent } = this.#live();
    if (outlierErrors === 0 || record.errors < outlierErrors) return;
    const out = this.ejected();
    const most = Math.floor((known.length * outlierMaxPercent) / 100);
    if (!out.has(id) && out.size < most) this.#eject(id, record);
  }

  #eject(id: string, record: Record): void {
    const { outlierEjectionMs } = this.#live();
    const now = this.#clock.now();
    const forgiven = Math.floor((now - record.ejectedUntil) / outlierEjectionMs);
    record.times = Math.min(MOST_TIMES, Math.max(0, record.times - forgiven) + 1);
    const forMs = outlierEjectionMs * record.times;
    record.ejectedUntil = now + forMs;
    record.out = true;
    this.#news.ejected(id, record.errors, forMs);
    record.errors = 0;
  }

  #forgetAllBut(known: readonly string[]): void {
    if (this.#records.size < known.length * 2) return;
    for (const id of this.#records.keys()) if (!known.includes(id)) this.#records.delete(id);
  }
}
