import type { Command } from '../command.ts';
import { completeWords, completion } from './completion.ts';
import { dryRun } from './dry-run.ts';
import { experimentsList, experimentsShow } from './experiments.ts';
import { faultsArm, faultsList, faultsRelease } from './faults.ts';
import { faultsExport } from './faults-export.ts';
import { halt, haltRelease } from './halt.ts';
import { importIstioCommand } from './import-istio.ts';
import { exportCommand, importCommand } from './recordings.ts';
import { report } from './report.ts';
import { run } from './run.ts';
import { sweep } from './sweep.ts';
import { validate } from './validate.ts';
import { version } from './version.ts';

/** Every command, in the order of help. Adding one is a file and a line. */
export const COMMANDS: readonly Command[] = [
  ...[run, validate, dryRun, halt, haltRelease],
  sweep,
  ...[faultsList, faultsArm, faultsRelease, faultsExport],
  ...[experimentsList, experimentsShow, report],
  ...[importCommand, importIstioCommand, exportCommand],
  ...[completion, version, completeWords],
];
