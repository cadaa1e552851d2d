import { metrics, ROOT_CONTEXT } from '@opentelemetry/api';
import {
  CONTROL,
  EVENT,
  METRIC,
  PROTECTION_ATTR,
  type ProtectionChange,
  type ProtectionState,
  StormglassError,
} from '../contract/index.ts';
import { type Clock, systemClock } from './clock.ts';
import { type ControlRegistry, controls } from './controls.ts';
import { emitEvent } from './events.ts';
import { onHalt } from './halting.ts';
import { addMetricsSource } from './metrics-text.ts';

/** One mechanism of this process which can be taken away on purpose. */
export interface Protection {
  name: string;
  /** What it does, in a clause: `a message delivered twice is handled once`. */
  about: string;
  /** Takes it away or puts it back, at once. */
  set(on: boolean): void;
}

interface Entry {
  protection: Protection;
  on: boolean;
  until: number | null;
  cancel: () => void;
}

const nothing = () => {};

/** The protections of one process: which are off, until when, and everything that puts them back. */
export class Protections {
  readonly #entries = new Map<string, Entry>();
  readonly #clock: Clock;
  readonly #changed: () => void;

  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  offer(protections: readonly Protection[]): void {
    for (const protection of protections) {
      this.#entries.set(protection.name, { protection, on: true, until: null, cancel: nothing });
    }
    this.#changed();
  }

  list(): ProtectionState[] {
    return [...this.#entries.values()].map(stateOf);
  }

  set({ name, on, forMs }: ProtectionChange, reason: string): ProtectionState {
    const entry = this.#entries.get(name);
    if (!entry) {
      const known = [...this.#entries.keys()].join(', ') || 'none';
      throw new StormglassError('not_found', `there is no protection ${name}`, `Choose one of ${known}.`);
    }
    entry.cancel();
    const ends = !on && forMs !== undefined;
    entry.until = ends ? Math.round(this.#clock.wall() + forMs) : null;
    entry.cancel = ends
      ? this.#clock.after(forMs, () => this.set({ name, on: true }, 'its time was over'))
      : nothing;
    const switched = entry.on !== on;
    entry.on = on;
    entry.protection.set(on);
    if (switched) say(entry, reason);
    this.#changed();
    return stateOf(entry);
  }

  /** Everything stops: all are on again. */
  restore(reason: string): void {
    for (const entry of this.#entries.values()) {
      if (!entry.on) this.set({ name: entry.protection.name, on: true }, reason);
    }
  }
}

function stateOf({ protection, on, until }: Entry): ProtectionState {
  return { name: protection.name, about: protection.about, on, until };
}

function say({ protection, on, until }: Entry, reason: string): void {
  const { name } = protection;
  emitEvent(
    on ? EVENT.protectionRestored : EVENT.protectionRemoved,
    {
      [PROTECTION_ATTR.name]: name,
      [PROTECTION_ATTR.reason]: reason,
      ...(until === null ? {} : { [PROTECTION_ATTR.until]: until }),
    },
    { context: ROOT_CONTEXT, body: `protection ${name} is ${on ? 'on again' : 'off'}: ${reason}`, warn: !on },
  );
}

let offered: Protections | undefined;

/** What the agent's hello says of this process. */
export function protectionStates(): ProtectionState[] {
  return offered?.list() ?? [];
}

/**
 * Offers protections of this process as switches on the agent channel (`switch.set`, `switch.list`), reports them as
 * metrics, and puts all of them back when the hub orders everything to stop. May be called several times.
 */
export function offerProtections(protections: readonly Protection[]): void {
  offered ??= start(controls, systemClock);
  offered.offer(protections);
}

function start(registry: ControlRegistry, clock: Clock): Protections {
  const all = new Protections(clock, () => registry.changed());
  registry.register({
    name: 'switch.set',
    title: 'Take a protection away or put it back',
    input: CONTROL['switch.set'].input,
    run: (change) => all.set(change, change.on ? 'put back by hand' : 'taken away by hand'),
  });
  registry.register({
    name: 'switch.list',
    title: 'List the protections',
    input: CONTROL['switch.list'].input,
    run: () => ({ switches: all.list() }),
  });
  onHalt(() => all.restore('everything was stopped'));
  report(all);
  return all;
}

function report(all: Protections): void {
  const status = metrics
    .getMeter('stormglass.protection')
    .createObservableGauge(METRIC.protectionStatus, { unit: '1' });
  status.addCallback((result) => {
    for (const { name, on } of all.list()) result.observe(on ? 1 : 0, { [PROTECTION_ATTR.name]: name });
  });
  addMetricsSource((registry, prom) => {
    const gauge = new prom.Gauge({
      name: 'stormglass_protection_status',
      help: '1 while a protection works, 0 while it is taken away.',
      labelNames: ['name'],
      registers: [registry],
    });
    for (const { name, on } of all.list()) gauge.set({ name }, on ? 1 : 0);
  });
}
