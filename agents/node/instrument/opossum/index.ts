import type CircuitBreaker from 'opossum';
import { CONTROL, StormglassError } from '../../../contract/index.ts';
import type { Clock } from '../../clock.ts';
import type { ControlRegistry } from '../../controls.ts';
import type { LoadWatch } from '../../loads.ts';
import { breakerMetrics } from './metrics.ts';
import { type CallSink, TrackedBreaker } from './tracked.ts';

type On = CircuitBreaker['on'];

/** Watches every opossum breaker of the process from its construction to its shutdown, without a change of code. */
export class Breakers {
  readonly #tracked = new Map<CircuitBreaker, TrackedBreaker>();
  readonly #clock: Clock;
  readonly #controls: ControlRegistry;
  #sink: CallSink | null = null;

  constructor(loads: LoadWatch, clock: Clock, controls: ControlRegistry) {
    this.#clock = clock;
    this.#controls = controls;
    loads.add('opossum', 'index.js', (exports) => {
      this.#patch((exports as typeof CircuitBreaker).prototype);
      return undefined;
    });
  }

  #patch(prototype: CircuitBreaker): void {
    const seen = new WeakSet<CircuitBreaker>();
    const { on, enable, disable } = prototype;
    const watch = (breaker: CircuitBreaker) => this.#watch(breaker);
    const of = (breaker: CircuitBreaker) => this.#tracked.get(breaker);
    // The constructor registers listeners once name, options and window are set: the earliest moment to join.
    prototype.on = function (this: CircuitBreaker, ...args: Parameters<On>) {
      if (!seen.has(this)) {
        seen.add(this);
        watch(this);
      }
      return on.apply(this, args);
    } as On;
    prototype.enable = function (this: CircuitBreaker) {
      enable.call(this);
      of(this)?.setEnabled(true);
    };
    prototype.disable = function (this: CircuitBreaker) {
      disable.call(this);
      of(this)?.setEnabled(false);
    };
  }

  #watch(breaker: CircuitBreaker): void {
    this.#sink ??= this.#start();
    this.#tracked.set(breaker, new TrackedBreaker(breaker, this.#clock, this.#sink));
    breaker.on('shutdown', () => this.#tracked.delete(breaker));
  }

  /** With the first breaker: a process that has none reports none and offers nothing to force. */
  #start(): CallSink {
    const all = this.#tracked;
    this.#controls.register({
      name: 'breaker.force',
      title: 'Force a breaker',
      input: CONTROL['breaker.force'].input,
      run: ({ name, state, forMs }) => {
        const found = [...all.values()].filter((tracked) => tracked.name === name);
        if (found.length === 0) {
          const known = [...all.values()].map((tracked) => tracked.name).join(', ');
          throw new StormglassError('not_found', `there is no breaker ${name}`, `Choose one of ${known}.`);
        }
        for (const tracked of found) state === 'reset' ? tracked.reset() : tracked.force(state, forMs);
        return { name, state: found[0]?.state ?? 'closed' };
      },
    });
    return breakerMetrics({ [Symbol.iterator]: () => all.values() });
  }
}
