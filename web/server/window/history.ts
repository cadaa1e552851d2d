import type { Timeline } from '@stormglass/agents/contract';
import type { State } from '../state/index.ts';
import type { Time } from '../time.ts';
import { checkRange } from './range.ts';
import type { Telemetry } from './telemetry.ts';
import { chooseStep, thin } from './thin.ts';
import { type TimelineWindow, WINDOW_MS } from './window.ts';

/** Timelines of any range: from memory when it reaches back that far, else from the store and the state file. */
export class History {
  readonly #window: TimelineWindow;
  readonly #telemetry: Telemetry;
  readonly #state: State;
  readonly #time: Time;

  constructor(window: TimelineWindow, telemetry: Telemetry, state: State, time: Time) {
    this.#window = window;
    this.#telemetry = telemetry;
    this.#state = state;
    this.#time = time;
  }

  async range(
    from: number,
    to: number,
    asked?: number,
    signal?: AbortSignal,
  ): Promise<{ step: number; timeline: Timeline }> {
    checkRange({ from, to });
    const step = chooseStep(from, to, asked);
    if (from >= this.#time.now() - WINDOW_MS) {
      return { step, timeline: thin(this.#window.slice(from, to, step), step) };
    }
    return { step, timeline: thin(await this.stored(from, to, step, signal), step) };
  }

  /** What the store and the state file know of [from, to]. */
  async stored(from: number, to: number, step: number, signal?: AbortSignal): Promise<Timeline> {
    const timeline = await this.#telemetry.timeline({ from, to }, step, signal);
    return { ...timeline, ...this.own(from, to) };
  }

  /** The hub's own part: faults and process events. */
  own(from: number, to: number): Pick<Timeline, 'faults' | 'processes'> {
    return { faults: this.#state.faults.range(from, to), processes: this.#state.processes.range(from, to) };
  }
}
