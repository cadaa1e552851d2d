import { lookAtSteadyState } from './hypothesis.ts';
import type { Journal } from './journal.ts';
import type { Stage } from './stage.ts';
import { background, pause } from './thread.ts';

/** How the steady state is looked at while the method plays. */
export interface Schedule {
  /** Seconds from the end of a look to the next. */
  frequency: number;
  failFast: boolean;
  /** Percentage of looks that have to be bad before failing fast. */
  failFastRatio: number;
}

/** Looks at the steady state beside the method, on a thread of its own. */
export class Watch {
  readonly #stage: Stage;
  readonly #schedule: Schedule;
  readonly #journal: Journal;
  readonly #stop = new AbortController();
  #done: Promise<void> = Promise.resolve();

  constructor(stage: Stage, schedule: Schedule, journal: Journal) {
    this.#stage = stage;
    this.#schedule = schedule;
    this.#journal = journal;
  }

  start(): void {
    const { frequency } = this.#schedule;
    this.#stage.log('INFO', `Executing the steady-state hypothesis continuously every ${frequency} seconds`);
    this.#done = this.#loop()
      .catch((error: unknown) => {
        this.#journal.status = 'aborted';
        this.#stage.log('CRITICAL', error instanceof Error ? error.message : String(error));
      })
      .then(() => this.#stage.log('INFO', 'Continuous steady state hypothesis terminated'));
  }

  /** The look that is being taken still comes to its end. */
  stop(): void {
    this.#stop.abort();
  }

  ended(): Promise<void> {
    return this.#done;
  }

  async #loop(): Promise<void> {
    const { frequency, failFast, failFastRatio } = this.#schedule;
    let bad = 0;
    for (let looks = 1; !this.#stop.signal.aborted; looks++) {
      const { status } = this.#journal;
      if (status === 'failed' || status === 'interrupted' || status === 'aborted') return;
      const finding = await lookAtSteadyState(this.#stage, background);
      this.#journal.during.push(finding);
      if (!finding.met) {
        bad++;
        const ratio = (bad * 100) / looks;
        this.#stage.log('WARNING', 'Continuous steady state probe is not in the given tolerance');
        if (failFast && ratio >= failFastRatio) {
          const after = ratio === 0 ? '' : ` after ${ratio.toFixed(1)}% hypothesis deviated`;
          this.#stage.log('INFO', `Terminating immediately the experiment${after}`);
          this.#journal.status = 'failed';
          return;
        }
      }
      await pause(Math.max(0, frequency), this.#stop.signal);
    }
  }
}
