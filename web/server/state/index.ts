import { type Audit, openAudit } from './audit.ts';
import { openDatabase } from './database.ts';
import { type EventRecords, eventRecords, type WebhookRecords, webhookRecords } from './events.ts';
import { type FaultRecords, faultRecords } from './faults.ts';
import { type GameDayRecords, gameDayRecords } from './gamedays.ts';
import { type HaltRecord, haltRecord } from './halt.ts';
import { type ProcessRecords, processRecords } from './processes.ts';
import { type RepeatRecords, repeatRecords } from './repeats.ts';
import { type RunRecords, runRecords } from './runs.ts';
import { type ScheduleRecords, scheduleRecords } from './schedules.ts';
import { scopeKey } from './scope-key.ts';
import { type SweepRecords, sweepRecords } from './sweeps.ts';

/** The dashboard's own state: one SQLite file, one writer (this process). */
export interface State {
  audit: Audit;
  faults: FaultRecords;
  halt: HaltRecord;
  processes: ProcessRecords;
  repeats: RepeatRecords;
  runs: RunRecords;
  schedules: ScheduleRecords;
  gamedays: GameDayRecords;
  events: EventRecords;
  webhooks: WebhookRecords;
  sweeps: SweepRecords;
  /** Secret, base64. */
  scopeKey: string;
  close(): void;
}

export function openState(dataDir: string, now: () => number): State {
  const db = openDatabase(dataDir);
  return {
    audit: openAudit(db, now),
    faults: faultRecords(db),
    halt: haltRecord(db),
    processes: processRecords(db),
    repeats: repeatRecords(db),
    runs: runRecords(db),
    schedules: scheduleRecords(db),
    gamedays: gameDayRecords(db),
    events: eventRecords(db),
    webhooks: webhookRecords(db),
    sweeps: sweepRecords(db),
    scopeKey: scopeKey(db),
    close: () => db.close(),
  };
}
