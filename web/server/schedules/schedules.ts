import { randomUUID } from 'node:crypto';
import { StormglassError } from '@stormglass/agents/contract';
import type {
  Schedule,
  ScheduleChange,
  ScheduleView,
  ScheduleWish,
  StartView,
} from '@stormglass/chaos/contract';
import { checkRecurrence, nextDue } from '@stormglass/chaos/schedule';
import type { Log } from '../log.ts';
import type { Runs } from '../runs/runs.ts';
import type { State } from '../state/index.ts';
import type { Time } from '../time.ts';
import { missedStarts } from './missed.ts';
import { Starts } from './starts.ts';

const LISTED = 200;
/** Timers of days are short: clocks are changed and machines sleep. */
const LONGEST_WAIT_MS = 60_000;
/** A start that comes later than this was slept through, not late. */
const LATE_MS = 60_000;

interface Parts {
  state: State;
  time: Time;
  log: Log;
  runs: Runs;
  /** What runs now in words; empty when a start is free to begin. */
  busy: () => string;
  refuseWhenHalted: () => void;
}

/** Starts experiments when they are due, one at a time, and keeps what became of each start. */
export class Schedules {
  readonly #parts: Parts;
  readonly #starts: Starts;
  #cancel: () => void = () => undefined;
  #closed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#starts = new Starts(parts);
    this.#starts.giveUpQueued('the dashboard ended while it waited');
    this.#skipMissed();
    this.#plan();
  }

  list(): ScheduleView[] {
    return this.#parts.state.schedules.all().map(viewOf);
  }

  get(id: string): ScheduleView {
    return viewOf(this.#find(id));
  }

  /** Newest first. */
  history(id: string | null): StartView[] {
    const { state } = this.#parts;
    if (id !== null) this.#find(id);
    return state.schedules.starts(id, LISTED).map((start) => {
      const run = start.runId === null ? null : state.runs.get(start.runId);
      return { ...start, verdict: run?.verdict ?? null };
    });
  }

  async create(wish: ScheduleWish, who: string): Promise<ScheduleView> {
    const { time } = this.#parts;
    await this.#check(wish);
    const now = time.now();
    const schedule = { ...wish, id: randomUUID(), createdBy: who, createdAt: now, doneUntil: now };
    this.#save(schedule, who, 'schedule.create');
    return viewOf(schedule);
  }

  /** What is due counts from now on: nothing is caught up with after a pause or a new time. */
  async change(id: string, change: ScheduleChange, who: string): Promise<ScheduleView> {
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
    await this.#check({ ...this.#find(id), ...given });
    // Read again: it may have been started, or deleted, while the experiments were read.
    const changed: Schedule = { ...this.#find(id), ...given, doneUntil: this.#parts.time.now() };
    this.#starts.giveUpQueued('the schedule was changed while it waited', id);
    this.#save(changed, who, pauseWord(change) ?? 'schedule.change');
    return viewOf(changed);
  }

  remove(id: string, who: string): ScheduleView {
    const schedule = this.#find(id);
    this.#starts.giveUpQueued('the schedule was deleted', id);
    this.#parts.state.schedules.remove(id);
    this.#audit(schedule, who, 'schedule.delete');
    this.#plan();
    return viewOf({ ...schedule, paused: true });
  }

  /** Starts it now, whatever its hours are; maintenance, a halt and what runs are respected. */
  async runNow(id: string, who: string): Promise<StartView> {
    const schedule = this.#find(id);
    const now = this.#parts.time.now();
    return { ...(await this.#starts.begin({ schedule, dueAt: now, who, anyHour: true })), verdict: null };
  }

  /** What ran has ended: what waits may have its turn. */
  async freed(): Promise<void> {
    if (!this.#closed) await this.#starts.next();
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
  }

  #find(id: string): Schedule {
    const found = this.#parts.state.schedules.get(id);
    if (found) return found;
    throw new StormglassError('not_found', `there is no schedule ${id}`, 'See GET /api/schedules.');
  }

  async #check(wish: Pick<Schedule, 'cron' | 'timeZone' | 'experimentId'>): Promise<void> {
    checkRecurrence(wish);
    const { experiments } = await this.#parts.runs.experiments();
    if (experiments.some(({ id }) => id === wish.experimentId)) return;
    const message = `there is no experiment ${wish.experimentId}`;
    throw new StormglassError('not_found', message, 'See GET /api/experiments.');
  }

  #save(schedule: Schedule, who: string, what: string): void {
    this.#parts.state.schedules.save(schedule);
    this.#audit(schedule, who, what);
    this.#plan();
  }

  #skipMissed(): void {
    const { state, time } = this.#parts;
    const now = time.now();
    for (const schedule of state.schedules.all()) {
      const missed = schedule.paused ? null : missedStarts(schedule, now, 'the dashboard was down');
      if (missed !== null) this.#starts.note(missed, schedule, 'hub');
      state.schedules.save({ ...schedule, doneUntil: now });
    }
  }

  /** Waits for the next start that is due, or a while and looks again. */
  #plan(): void {
    const { state, time } = this.#parts;
    this.#cancel();
    if (this.#closed) return;
    const due = state.schedules.all().map(dueOf);
    const next = Math.min(...due.filter((at) => at !== null));
    if (next === Number.POSITIVE_INFINITY) return;
    const wait = Math.min(Math.max(0, next - time.now()), LONGEST_WAIT_MS);
    this.#cancel = time.after(wait, () => {
      void this.#startDue()
        .then(() => this.freed())
        .finally(() => this.#plan());
    });
  }

  async #startDue(): Promise<void> {
    const { state, time, log } = this.#parts;
    const now = time.now();
    const due = state.schedules.all().flatMap((schedule) => {
      const dueAt = dueOf(schedule);
      return dueAt === null || dueAt > now ? [] : [{ schedule, dueAt }];
    });
    // Written before anything is begun: a crash in between skips a start, and never starts one twice.
    for (const { schedule } of due) state.schedules.save({ ...schedule, doneUntil: now });
    for (const { schedule, dueAt } of due) {
      const late = now - dueAt > LATE_MS;
      const missed = late ? missedStarts(schedule, now, 'this machine slept or its clock was changed') : null;
      if (missed !== null) this.#starts.note(missed, schedule, 'hub');
      // It may have been deleted or paused while the one before it was begun.
      if (late || state.schedules.get(schedule.id)?.paused !== false) continue;
      const who = `schedule ${schedule.name}`;
      await this.#starts.begin({ schedule, dueAt, who, anyHour: false }).catch((error: unknown) => {
        log.error({ err: error, schedule: schedule.id }, 'a scheduled start failed');
      });
    }
  }

  #audit({ id, name, cron, timeZone, experimentId, paused }: Schedule, who: string, what: string): void {
    const outcome = `${experimentId} at ${cron} (${timeZone})${paused ? ', paused' : ''}`;
    this.#parts.state.audit.add({ who, what, subject: id, why: name, outcome });
  }
}

const dueOf = (schedule: Schedule): number | null =>
  schedule.paused ? null : nextDue(schedule, schedule.doneUntil);

function viewOf(schedule: Schedule): ScheduleView {
  const { doneUntil: _, ...rest } = schedule;
  return { ...rest, nextAt: dueOf(schedule) };
}

function pauseWord({ paused, ...others }: ScheduleChange): string | null {
  if (paused === undefined || Object.values(others).some((value) => value !== undefined)) return null;
  return paused ? 'schedule.pause' : 'schedule.resume';
}
