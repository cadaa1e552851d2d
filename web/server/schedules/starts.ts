import { randomUUID } from 'node:crypto';
import { StormglassError } from '@stormglass/agents/contract';
import type { Maintenance, Schedule, ScheduledStart, StartOutcome } from '@stormglass/chaos/contract';
import { isWithin, windowWords } from '@stormglass/chaos/schedule';
import type { Runs } from '../runs/runs.ts';
import type { State } from '../state/index.ts';
import type { Time } from '../time.ts';

interface Parts {
  state: State;
  time: Time;
  runs: Runs;
  busy: () => string;
  refuseWhenHalted: () => void;
}

interface Wanted {
  schedule: Schedule;
  dueAt: number;
  who: string;
  /** A person wants it now: its hours do not count. */
  anyHour: boolean;
}

interface Waiting extends Wanted {
  start: ScheduledStart;
}

/** Begins what is due, or says why it does not; what has to wait waits here, one start a schedule. */
export class Starts {
  readonly #parts: Parts;
  readonly #waiting: Waiting[] = [];

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async begin(wanted: Wanted): Promise<ScheduledStart> {
    const { schedule, dueAt } = wanted;
    const start: ScheduledStart = {
      ...{
        id: randomUUID(),
        scheduleId: schedule.id,
        dueAt,
        at: dueAt,
        outcome: 'skipped',
        why: '',
        runId: null,
      },
    };
    const against = this.#against(wanted);
    if (against !== '') return this.#say(wanted, start, 'skipped', against);
    const busy = this.#parts.busy() || (this.#waiting.length > 0 ? 'another start waits' : '');
    if (busy === '') return this.#run(wanted, start);
    return this.#hold({ ...wanted, start }, busy);
  }

  /** Lets the one that has waited longest begin, if nothing runs. */
  async next(): Promise<void> {
    if (this.#parts.busy() !== '') return;
    const waiting = this.#waiting.shift();
    if (waiting === undefined) return;
    const against = this.#against(waiting);
    if (against === '') await this.#run(waiting, waiting.start);
    else this.#say(waiting, waiting.start, 'skipped', `when its turn came: ${against}`);
    if (this.#parts.busy() === '') await this.next();
  }

  /** Those that wait do not any more: all, or those of a schedule. */
  giveUpQueued(why: string, scheduleId?: string): void {
    const { state, time } = this.#parts;
    for (const start of state.schedules.queued()) {
      if (scheduleId !== undefined && start.scheduleId !== scheduleId) continue;
      state.schedules.saveStart({ ...start, outcome: 'missed', why, at: time.now() });
    }
    const kept = this.#waiting.filter(
      ({ schedule }) => scheduleId !== undefined && schedule.id !== scheduleId,
    );
    this.#waiting.splice(0, this.#waiting.length, ...kept);
  }

  /** Writes a start down. */
  note(start: ScheduledStart, schedule: Schedule, who: string): ScheduledStart {
    const { state } = this.#parts;
    state.schedules.saveStart(start);
    const what = start.outcome === 'started' ? 'schedule.start' : `schedule.${start.outcome}`;
    const outcome =
      start.runId === null ? start.why : `run ${start.runId}${start.why === '' ? '' : `: ${start.why}`}`;
    state.audit.add({ who, what, subject: schedule.id, why: schedule.name, outcome });
    return start;
  }

  /** Why nothing may be started now; empty when it may. */
  #against({ schedule, anyHour }: Wanted): string {
    const { state, time, refuseWhenHalted } = this.#parts;
    const now = time.now();
    try {
      refuseWhenHalted();
    } catch (error) {
      if (error instanceof StormglassError) return error.message;
      throw error;
    }
    const maintenance = state.schedules.maintenance(now).find(({ from }) => from <= now);
    if (maintenance !== undefined) return maintenanceWords(maintenance);
    if (anyHour || isWithin(schedule.onlyBetween, schedule.timeZone, now)) return '';
    return `outside of its hours: ${schedule.onlyBetween.map(windowWords).join('; ')} (${schedule.timeZone})`;
  }

  #hold(waiting: Waiting, busy: string): ScheduledStart {
    const { schedule, start } = waiting;
    if (schedule.whenBusy === 'skip') return this.#say(waiting, start, 'skipped', busy);
    if (this.#waiting.some((other) => other.schedule.id === schedule.id)) {
      return this.#say(waiting, start, 'skipped', 'an earlier start of this schedule still waits');
    }
    const held = this.#say(waiting, start, 'queued', `waits: ${busy}`);
    this.#waiting.push({ ...waiting, start: held });
    return held;
  }

  async #run(wanted: Wanted, start: ScheduledStart): Promise<ScheduledStart> {
    const { runs, time } = this.#parts;
    const { experimentId, seed, unprotected } = wanted.schedule;
    const waited =
      start.outcome === 'queued' ? `waited ${Math.round((time.now() - start.dueAt) / 1000)} s` : '';
    try {
      const run = await runs.start({ experimentId, seed, unprotected }, wanted.who);
      return this.#say(wanted, { ...start, runId: run.id }, 'started', waited);
    } catch (error) {
      const taken = error instanceof StormglassError && error.code === 'run_in_progress';
      // Somebody was quicker by a moment.
      if (taken) return this.#hold({ ...wanted, start }, error.message);
      return this.#say(wanted, start, 'failed', error instanceof Error ? error.message : String(error));
    }
  }

  #say(wanted: Wanted, start: ScheduledStart, outcome: StartOutcome, why: string): ScheduledStart {
    const said = { ...start, outcome, why, at: this.#parts.time.now() };
    return this.note(said, wanted.schedule, wanted.who);
  }
}

function maintenanceWords({ title, to }: Maintenance): string {
  return `maintenance until ${new Date(to).toISOString()}: ${title}`;
}
