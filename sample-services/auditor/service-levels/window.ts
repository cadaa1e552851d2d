import { SERVICE_LEVELS } from '@stormglass/agents/contract';
import type { PeerCalls } from './parse.ts';

interface Reading {
  at: number;
  counts: ReadonlyMap<string, PeerCalls>;
}

/** A service which its callers could not rely on, in the newest window. */
export interface Breach {
  service: string;
  calls: number;
  failed: number;
}

/** What callers saw of each service of late, out of counters that only grow (and begin anew with a process). */
export class CallWindow {
  readonly #lengthMs: number;
  readonly #readings = new Map<string, Reading[]>();

  /** `lengthMs`: so far back calls count. */
  constructor(lengthMs: number) {
    this.#lengthMs = lengthMs;
  }

  /** What one caller's counters say now. */
  add(caller: string, at: number, counts: readonly PeerCalls[]): void {
    const readings = this.#readings.get(caller) ?? [];
    readings.push({ at, counts: new Map(counts.map((each) => [each.peer, each])) });
    this.#readings.set(caller, readings);
    this.#forget(at);
  }

  /** Callers whose counters are known. `now`: epoch ms. */
  callers(now: number): number {
    this.#forget(now);
    return this.#readings.size;
  }

  /** Services below their level: too few calls say nothing. `now`: epoch ms. */
  breaches(now: number): Breach[] {
    this.#forget(now);
    const total = new Map<string, Breach>();
    for (const readings of this.#readings.values()) {
      for (const { peer, calls, failed } of grown(readings)) {
        const known = total.get(peer) ?? { service: peer, calls: 0, failed: 0 };
        total.set(peer, { ...known, calls: known.calls + calls, failed: known.failed + failed });
      }
    }
    const { fewestCalls, availability } = SERVICE_LEVELS;
    return [...total.values()]
      .filter(({ calls, failed }) => calls >= fewestCalls && failed / calls > 1 - availability)
      .sort((a, b) => (a.service < b.service ? -1 : 1));
  }

  #forget(now: number): void {
    for (const [caller, readings] of this.#readings) {
      const late = readings.filter(({ at }) => now - at <= this.#lengthMs);
      if (late.length === 0) this.#readings.delete(caller);
      else this.#readings.set(caller, late);
    }
  }
}

/** Growth from reading to reading; a counter that fell has begun anew. */
function grown(readings: readonly Reading[]): PeerCalls[] {
  const sum = new Map<string, PeerCalls>();
  for (const [i, { counts }] of readings.entries()) {
    if (i === 0) continue;
    const before = readings[i - 1]?.counts;
    for (const { peer, calls, failed } of counts.values()) {
      const was = before?.get(peer);
      const anew = was === undefined || calls < was.calls;
      const known = sum.get(peer) ?? { peer, calls: 0, failed: 0 };
      known.calls += anew ? calls : calls - was.calls;
      known.failed += anew ? failed : failed - was.failed;
      sum.set(peer, known);
    }
  }
  return [...sum.values()];
}
