import type { Sketch } from '../../contract/sketch.ts';
import {
  type BreakerTransition,
  cellKey,
  type LiveLine,
  type Receipt,
  type SagaEvent,
  type TrafficCell,
} from '../../contract/timeline.ts';
import { WireReader } from '../wire/reader.ts';
import type { Signal } from '../wire/signals.ts';
import { mapEvents } from './events.ts';
import { mapSamples } from './samples.ts';
import { type Call, mapSpans } from './spans.ts';

/** Of each kind in one line: with every text as long as it can be it has 7 MB. As a rule there are some tens. */
const MAX_ITEMS = 250;

interface OpenCell {
  cell: TrafficCell;
  durations: Map<number, number>;
}

/** Collects the increments between two flushes of the live stream. */
export class Accumulator {
  readonly #cells = new Map<string, OpenCell>();
  #line = emptyLine();
  #empty = true;

  /** Adds one request, as it came or flattened. */
  add(signal: Signal, bytes: Uint8Array): void {
    const reader = new WireReader(bytes);
    switch (signal) {
      case 'traces':
        mapSpans(reader, { call: (cell, call) => this.#call(cell, call), receipt: (r) => this.#receipt(r) });
        return;
      case 'logs':
        mapEvents(reader, { transition: (t) => this.#transition(t), saga: (e) => this.#saga(e) });
        return;
      case 'metrics': {
        const { breakers, queues, invariants } = mapSamples(reader);
        for (const sample of breakers.values()) this.#line.breakers.push(this.#seen(sample));
        for (const sample of queues.values()) this.#line.queues.push(this.#seen(sample));
        for (const sample of invariants.values()) this.#line.invariants.push(this.#seen(sample));
        return;
      }
    }
  }

  /** What came since the last call, in lines of bounded size; none when nothing came. */
  take(): LiveLine[] {
    if (this.#empty) return [];
    const line = this.#line;
    for (const { cell, durations } of this.#cells.values()) {
      const sketch: Sketch = [...durations].sort((a, b) => a[0] - b[0]);
      line.traffic.push({ ...cell, durations: sketch });
    }
    this.#cells.clear();
    this.#line = emptyLine();
    this.#empty = true;
    return divided(line);
  }

  #call(place: Omit<TrafficCell, 'calls' | 'errors' | 'receipts' | 'durations'>, call: Call): void {
    const fresh: TrafficCell = { ...place, calls: 0, errors: 0, receipts: 0, durations: [] };
    const key = cellKey(fresh);
    let open = this.#cells.get(key);
    if (open === undefined) {
      open = { cell: fresh, durations: new Map() };
      this.#cells.set(key, open);
    }
    open.cell.calls += 1;
    if (call.error) open.cell.errors += 1;
    if (call.receipt) open.cell.receipts += 1;
    open.durations.set(call.sketchIndex, (open.durations.get(call.sketchIndex) ?? 0) + 1);
    this.#seen({ at: call.endMs });
  }

  #receipt(receipt: Receipt): void {
    this.#line.receipts.push(this.#seen(receipt));
  }

  #transition(transition: BreakerTransition): void {
    this.#line.transitions.push(this.#seen(transition));
  }

  #saga(event: SagaEvent): void {
    this.#line.sagas.push(this.#seen(event));
  }

  #seen<T extends { at: number }>(item: T): T {
    this.#empty = false;
    if (item.at > this.#line.dataAt) this.#line.dataAt = item.at;
    return item;
  }
}

/** A line as several ones with so many items each. They are increments: it is all the same to who adds them up. */
function divided(line: LiveLine): LiveLine[] {
  const { dataAt, ...lists } = line;
  const most = Math.max(...Object.values(lists).map((list) => list.length));
  if (most <= MAX_ITEMS) return [line];
  const lines: LiveLine[] = [];
  for (let at = 0; at < most; at += MAX_ITEMS) {
    const parts = Object.entries(lists).map(([name, list]) => [name, list.slice(at, at + MAX_ITEMS)]);
    lines.push({ dataAt, ...(Object.fromEntries(parts) as typeof lists) });
  }
  return lines;
}

function emptyLine(): LiveLine {
  return {
    ...{ dataAt: 0, traffic: [], breakers: [], transitions: [], queues: [], invariants: [] },
    ...{ sagas: [], receipts: [] },
  };
}
