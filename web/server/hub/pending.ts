import type { FaultInterval, Timeline } from '@stormglass/agents/contract';
import type { LiveState } from '../../live/protocol.ts';
import { Cells } from '../window/cells.ts';

type Lists = Omit<Timeline, 'traffic' | 'faults'>;
const LISTS = ['breakers', 'transitions', 'queues', 'invariants', 'sagas', 'receipts', 'processes'] as const;

/** What changed since the last frame, merged: many increments of one cell become one. */
export class Pending {
  #cells = new Cells();
  #faults = new Map<string, FaultInterval>();
  #lists: Partial<Lists> = {};
  #fields = new Set<keyof LiveState>();
  #changed = false;

  get changed(): boolean {
    return this.#changed;
  }

  add(increment: Partial<Timeline>): void {
    for (const cell of increment.traffic ?? []) this.#cells.add(cell);
    for (const fault of increment.faults ?? []) this.#faults.set(fault.faultId, fault);
    for (const name of LISTS) this.#append(name, increment[name]);
    this.#changed ||= Object.values(increment).some((items) => items.length > 0);
  }

  touch(field: keyof LiveState): void {
    this.#fields.add(field);
    this.#changed = true;
  }

  /** The increment and the names of the state fields that changed; empties it. */
  take(): { timeline: Partial<Timeline>; fields: (keyof LiveState)[] } {
    const timeline: Partial<Timeline> = { ...this.#lists };
    if (this.#cells.size > 0) timeline.traffic = this.#cells.all();
    if (this.#faults.size > 0) timeline.faults = [...this.#faults.values()];
    const fields = [...this.#fields];
    this.#cells = new Cells();
    this.#faults = new Map();
    this.#lists = {};
    this.#fields = new Set();
    this.#changed = false;
    return { timeline, fields };
  }

  #append<N extends (typeof LISTS)[number]>(name: N, items: Timeline[N] | undefined): void {
    if (!items || items.length === 0) return;
    const known = this.#lists[name];
    if (known) (known as unknown[]).push(...items);
    else this.#lists = { ...this.#lists, [name]: [...items] };
  }
}
