import { StormglassError } from '@stormglass/agents/contract';
import type { RunEvent } from '../contract/index.ts';
import { withoutProtections } from './ablation.ts';
import { faultOf, faultTitle } from './faults.ts';
import { guardNeeds, hurtSince } from './guards/index.ts';
import { Mailbox } from './mailbox.ts';
import { DEFAULT_SETTINGS, type RunExperiment, RunInterruption, type RunRequest } from './ports.ts';
import { reduceRun } from './reduce.ts';
import type { RunEffect, RunFacts, RunInput, RunState } from './state.ts';
import { isGuarded } from './tick.ts';

/** @see RunExperiment for what is promised. The driver: carries effects out and brings their answers back. */
export const runExperiment: RunExperiment = async function* (request) {
  const driver = new Driver(request);
  try {
    driver.begin();
    while (!driver.ended) {
      await driver.next();
      yield* driver.drain();
    }
  } finally {
    await driver.close();
  }
};

class Driver {
  readonly #request: RunRequest;
  readonly #facts: RunFacts;
  readonly #inputs = new Mailbox<RunInput | 'arrival'>();
  /** Ends every wait of the run when it is over. */
  readonly #over = new AbortController();
  readonly #onAbort = (): void => this.#inputs.put(this.#abortInput());
  #state: RunState = { phase: 'idle' };
  #events: RunEvent[] = [];
  #baselineFrom = 0;
  #timer: Promise<void> | null = null;
  /** News of telemetry lie in the mailbox: more of them would say the same. */
  #arrivalWaits = false;
  #stopWatching: () => void = () => undefined;

  constructor(request: RunRequest) {
    const { runId, seed } = request;
    this.#request = request;
    const { spec, lead } = request.unprotected
      ? withoutProtections(request.spec)
      : { spec: request.spec, lead: 0 };
    this.#facts = { spec, lead, runId, seed, settings: { ...DEFAULT_SETTINGS, ...request.settings } };
  }

  get ended(): boolean {
    return this.#state.phase === 'ended';
  }

  begin(): void {
    const { clock, signal } = this.#request;
    const at = clock.now();
    this.#baselineFrom = this.#undisturbedSince(at);
    this.#inputs.put({ type: 'start', at });
    if (this.#facts.spec.guards.length > 0) {
      this.#stopWatching = this.#request.ports.observed(() => this.#onTelemetry());
    }
    if (signal.aborted) this.#onAbort();
    else signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Baseline begins `baselineMs` before the run, or where the last earlier fault ended if that was later. */
  #undisturbedSince(at: number): number {
    const from = at - this.#facts.settings.baselineMs;
    const ends = this.#request.ports
      .timeline(from, at)
      .faults.map((fault) => fault.endedAt)
      .filter((end) => end !== null && end < at)
      .filter((end) => end !== null);
    return Math.max(from, ...ends);
  }

  /** Waits for an input or the next tick, and lets the machine have everything that waits. */
  async next(): Promise<void> {
    const { clock } = this.#request;
    this.#timer ??= clock.sleep(this.#facts.settings.tickMs, this.#over.signal).then(() => {
      this.#timer = null;
      this.#inputs.put(this.#tickInput());
    });
    await this.#inputs.filled();
    for (let taken = this.#inputs.take(); taken !== undefined; taken = this.#inputs.take()) {
      const input = taken === 'arrival' ? this.#arrivalInput() : taken;
      if (input === null) continue;
      const { state, effects } = reduceRun(this.#facts, this.#state, input);
      this.#state = state;
      for (const effect of effects) this.#carryOut(effect);
    }
  }

  drain(): RunEvent[] {
    return this.#events.splice(0);
  }

  /** Releases what a consumer that stopped early has left armed; after a whole run there is nothing. */
  async close(): Promise<void> {
    this.#request.signal.removeEventListener('abort', this.#onAbort);
    this.#stopWatching();
    const state = this.#state;
    if (state.phase !== 'idle' && state.phase !== 'ended') {
      const { ports } = this.#request;
      const armed = state.ledger.faults.filter((fault) => fault.end === null);
      const away = state.ledger.removed.filter(({ end }) => end === null);
      await Promise.allSettled([
        ...armed.map((fault) => ports.release(fault.faultId)),
        ...away.map(({ service, name }) => ports.protect(service, name, true)),
      ]);
    }
    this.#over.abort();
  }

  #tickInput(): RunInput {
    const at = this.#request.clock.now();
    const timeline = this.#request.ports.timeline(this.#baselineFrom, at);
    return { type: 'tick', at, timeline, baselineFrom: this.#baselineFrom };
  }

  #onTelemetry(): void {
    if (this.#arrivalWaits || !isGuarded(this.#state)) return;
    this.#arrivalWaits = true;
    this.#inputs.put('arrival');
  }

  /** The timeline is taken when the news are read: whatever came meanwhile is in it. */
  #arrivalInput(): RunInput | null {
    this.#arrivalWaits = false;
    if (!isGuarded(this.#state)) return null;
    const at = this.#request.clock.now();
    const baselineFrom = this.#baselineFrom;
    const moment = { at, runId: this.#facts.runId, baselineFrom, since: hurtSince(this.#state.ledger, at) };
    const from = Math.min(...this.#facts.spec.guards.map((guard) => guardNeeds(guard, moment)));
    return { type: 'telemetry', at, timeline: this.#request.ports.timeline(from, at), baselineFrom };
  }

  #abortInput(): RunInput {
    const reason: unknown = this.#request.signal.reason;
    const words = reason instanceof Error ? reason.message : String(reason);
    const interrupted = reason instanceof RunInterruption;
    return { type: 'abort', at: this.#request.clock.now(), reason: words, interrupted };
  }

  #carryOut(effect: RunEffect): void {
    switch (effect.type) {
      case 'emit':
        this.#events.push(effect.event);
        return;
      case 'arm':
        void this.#arm(effect.activity);
        return;
      case 'release':
        void this.#release(effect.faultId);
        return;
      case 'control':
        void this.#control(effect.activity);
        return;
      case 'restore':
        void this.#restore(effect);
        return;
    }
  }

  async #arm(activity: number): Promise<void> {
    const { ports, clock } = this.#request;
    const spec = faultOf(this.#facts, activity);
    try {
      const run = { runId: this.#facts.runId, title: faultTitle(spec) };
      const { faultId } = await ports.arm(spec, run);
      if (this.#over.signal.aborted) {
        // Nobody listens any more: an arming which was answered too late must not stay.
        await ports.release(faultId);
        return;
      }
      this.#inputs.put({ type: 'armed', at: clock.now(), activity, faultId });
      await this.#watch(faultId);
    } catch (error) {
      this.#inputs.put({ type: 'arm-failed', at: clock.now(), activity, message: wordsOf(error) });
    }
  }

  async #watch(faultId: string): Promise<void> {
    const { ports, clock } = this.#request;
    try {
      const end = await ports.faultEnded(faultId, this.#over.signal);
      this.#inputs.put({ type: 'fault-ended', at: clock.now(), faultId, end });
    } catch (error) {
      // After the run nobody waits for the end any more, and that wait ends as an error.
      if (this.#over.signal.aborted) return;
      const message = `its end is unknown: ${wordsOf(error)}`;
      this.#inputs.put({ type: 'release-failed', at: clock.now(), faultId, message });
    }
  }

  async #release(faultId: string): Promise<void> {
    const { ports, clock } = this.#request;
    try {
      const end = await ports.release(faultId);
      this.#inputs.put({ type: 'fault-ended', at: clock.now(), faultId, end });
    } catch (error) {
      this.#inputs.put({ type: 'release-failed', at: clock.now(), faultId, message: wordsOf(error) });
    }
  }

  async #restore({ removed, service, name }: Extract<RunEffect, { type: 'restore' }>): Promise<void> {
    const { ports, clock } = this.#request;
    const answer = (back: boolean, readBack: string) =>
      this.#inputs.put({ type: 'restored', at: clock.now(), removed, back, readBack });
    await ports.protect(service, name, true).then(
      (readBack) => answer(true, readBack),
      (error: unknown) => answer(false, wordsOf(error)),
    );
  }

  async #control(activity: number): Promise<void> {
    const { ports, clock } = this.#request;
    const provider = this.#facts.spec.method[activity]?.provider;
    if (provider?.type !== 'control' && provider?.type !== 'protection') return;
    try {
      const output =
        provider.type === 'protection'
          ? await ports.protect(provider.service, provider.name, false)
          : shown(await ports.control(provider.service, provider.name, provider.input));
      this.#inputs.put({ type: 'controlled', at: clock.now(), activity, ok: true, output });
    } catch (error) {
      const output = wordsOf(error);
      this.#inputs.put({ type: 'controlled', at: clock.now(), activity, ok: false, output });
    }
  }
}

function shown(result: unknown): string {
  return JSON.stringify(result)?.slice(0, 500) ?? 'done';
}

function wordsOf(error: unknown): string {
  if (error instanceof StormglassError) return `${error.message} ${error.next}`;
  return error instanceof Error ? error.message : String(error);
}
