import type { Command } from '../command.ts';
import { completeWords, completion } from './completion.ts';
import { diagnoseCommand } from './diagnose.ts';
import { dryRun } from './dry-run.ts';
import {
  eventsCommand,
  webhooksAdd,
  webhooksDelete,
  webhooksDeliveries,
  webhooksList,
  webhooksTest,
} from './events.ts';
import { experimentsList, experimentsShow } from './experiments.ts';
import { faultsArm, faultsList, faultsRelease } from './faults.ts';
import { faultsExport } from './faults-export.ts';
import {
  gamedayContinue,
  gamedayList,
  gamedayNote,
  gamedayReport,
  gamedayStart,
  gamedayStop,
} from './gameday.ts';
import { halt, haltRelease } from './halt.ts';
import { importIstioCommand } from './import-istio.ts';
import { maintenanceAdd, maintenanceDelete, maintenanceList } from './maintenance.ts';
import { exportCommand, importCommand } from './recordings.ts';
import { report } from './report.ts';
import { run } from './run.ts';
import {
  schedulesAdd,
  schedulesChange,
  schedulesDelete,
  schedulesHistory,
  schedulesList,
  schedulesPause,
  schedulesResume,
  schedulesRun,
} from './schedules.ts';
import { sweep } from './sweep.ts';
import { validate } from './validate.ts';
import { version } from './version.ts';

/** Every command, in the order of help. Adding one is a file and a line. */
export const COMMANDS: readonly Command[] = [
  ...[run, validate, dryRun, halt, haltRelease],
  sweep,
  ...[faultsList, faultsArm, faultsRelease, faultsExport],
  ...[experimentsList, experimentsShow, report, diagnoseCommand],
  ...[schedulesList, schedulesAdd, schedulesChange, schedulesPause, schedulesResume],
  ...[schedulesRun, schedulesHistory, schedulesDelete],
  ...[gamedayStart, gamedayList, gamedayNote, gamedayContinue, gamedayStop, gamedayReport],
  ...[eventsCommand, webhooksList, webhooksAdd, webhooksTest, webhooksDeliveries, webhooksDelete],
  ...[maintenanceList, maintenanceAdd, maintenanceDelete],
  ...[importCommand, importIstioCommand, exportCommand],
  ...[completion, version, completeWords],
];
