import { parseArgs } from 'node:util';
import type { Speed } from '@stormglass/agents/collector/recording';
import { StormglassError } from '@stormglass/agents/contract';
import type { CompatWords } from '../compat/index.ts';
import { COMPAT_OPTIONS, compatWords } from './compat.ts';

/** A command line, understood. */
export type Command =
  | { name: 'help' }
  | {
      name: 'run';
      /** Id of an experiment, or path of its file. */
      experiment: string;
      url: string;
      token: string | undefined;
      seed: number | undefined;
      unprotected: boolean;
      reports: Reports;
    }
  | { name: 'run-here'; words: CompatWords; url: string; token: string | undefined }
  | { name: 'halt'; url: string; token: string | undefined; reason: string }
  | { name: 'validate'; files: string[] }
  | {
      name: 'import';
      file: string;
      /** OTLP/HTTP base URL. */
      to: string;
      key: string | undefined;
      speed: Speed;
      shiftToNow: boolean;
      reports: Reports;
    }
  | {
      name: 'export';
      file: string;
      url: string;
      token: string | undefined;
      what: Selection;
    };

/** What is recorded: a run of an experiment, or all between two instants, epoch milliseconds. */
export type Selection = { run: string } | { from: number; to: number };

/** Files to write the report of a run to. */
export interface Reports {
  junit: string | undefined;
  json: string | undefined;
  markdown: string | undefined;
}

export const HELP = `stormglass: run chaos experiments against a dashboard, replay recordings

  stormglass run <file|id> [options]   run an experiment and follow it; exits with its verdict's code
      --seed N                         pick the same requests again
      --unprotected                    without the protections which the experiment names
      --junit FILE --json FILE --markdown FILE   write a report
  stormglass run <file|url> --compat [options]   run it here as the Chaos Toolkit (chaostoolkit-lib 1.45.0) does
      --journal-path FILE              where the journal goes (default ./journal.json)
      --hypothesis-strategy default|before-method-only|after-method-only|during-method-only|continuously|skip
      --hypothesis-frequency SECONDS --fail-fast --fail-fast-ratio PERCENT
      --rollback-strategy default|always|never|deviated
      --dry probes|actions|activities|pause
      --var NAME[:TYPE]=VALUE --var-file FILE --control-file FILE   as often as needed
      --no-validation --no-verify-tls
  stormglass validate <file...>        check experiment files without a dashboard
  stormglass halt --reason WORDS       stop all chaos and refuse new faults
  stormglass import <file.jsonl> [options]   send a recording (OTLP JSON lines) to a collector
      --to URL                         its OTLP/HTTP address (default http://127.0.0.1:4318)
      --key KEY                        its key, if it wants one (or STORMGLASS_OTLP_KEY)
      --speed 1|10|max                 replay at so many times the recorded speed (default max)
      --shift-to-now                   as if it happened now
      --junit FILE --json FILE --markdown FILE   write the report of the run in it
  stormglass export <file.jsonl> [options]   record what the dashboard has: spans, log records, metrics, the run
      --run ID                         of a run of an experiment
      --last 15m                       or of the last seconds (s), minutes (m), hours (h) or days (d)
      --from TIME --to TIME            or between two instants (ISO 8601, or epoch milliseconds)

  --url URL       the dashboard (default http://127.0.0.1:4000, or STORMGLASS_URL)
  --token TOKEN   its login token, if it wants one (or STORMGLASS_LOGIN_TOKEN)

  Exit codes: 0 passed, 1 deviated, 2 degraded-recovered, 3 not-run, 4 injection-failed, 5 revert-failed,
  6 inconclusive, 7 aborted, 8 interrupted, 9 invalid (with --compat: 0, or 1, or 2 for a wrong option); 64 wrong usage, 69 dashboard not reachable or unwilling.
`;

const OPTIONS = {
  url: { type: 'string' },
  token: { type: 'string' },
  seed: { type: 'string' },
  unprotected: { type: 'boolean', default: false },
  junit: { type: 'string' },
  json: { type: 'string' },
  markdown: { type: 'string' },
  reason: { type: 'string' },
  to: { type: 'string' },
  key: { type: 'string' },
  speed: { type: 'string' },
  run: { type: 'string' },
  last: { type: 'string' },
  from: { type: 'string' },
  'shift-to-now': { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h' },
  ...COMPAT_OPTIONS,
} as const;

/** Parses `process.argv.slice(2)`; throws `invalid_request` with what to write instead. */
export function parseCommand(argv: string[], env: Record<string, string | undefined>): Command {
  const { values, positionals } = split(argv);
  const url = values.url ?? env.STORMGLASS_URL ?? 'http://127.0.0.1:4000';
  const token = values.token ?? env.STORMGLASS_LOGIN_TOKEN;
  const [name, ...rest] = positionals;
  if (values.help || name === undefined || name === 'help') return { name: 'help' };
  switch (name) {
    case 'run': {
      const [experiment, ...others] = rest;
      if (experiment === undefined || others.length > 0)
        throw usage('run takes one experiment, a file or an id');
      if (values.compat) return { name: 'run-here', words: compatWords(experiment, values), url, token };
      return {
        ...{ name, experiment, url, token, seed: seedOf(values.seed), reports: reportsOf(values) },
        unprotected: values.unprotected,
      };
    }
    case 'halt':
      if (!values.reason) throw usage('halt wants --reason: those whose run it stops will read it');
      return { name, url, token, reason: values.reason };
    case 'validate':
      if (rest.length === 0) throw usage('validate takes at least one file');
      return { name, files: rest };
    case 'import': {
      const [file, ...others] = rest;
      if (file === undefined || others.length > 0) throw usage('import takes one file');
      const key = values.key ?? env.STORMGLASS_OTLP_KEY;
      const to = values.to ?? 'http://127.0.0.1:4318';
      if (!URL.canParse(to)) throw usage(`--to is ${to}; write a URL such as http://127.0.0.1:4318`);
      const speed = speedOf(values.speed ?? 'max');
      return { name, file, to, key, speed, shiftToNow: values['shift-to-now'], reports: reportsOf(values) };
    }
    case 'export': {
      const [file, ...others] = rest;
      if (file === undefined || others.length > 0) throw usage('export takes one file');
      return { name, file, url, token, what: selectionOf(values, Date.now()) };
    }
    default:
      throw usage(`there is no command ${name}`);
  }
}

function split(argv: string[]) {
  try {
    return parseArgs({ args: argv, options: OPTIONS, allowPositionals: true, strict: true });
  } catch (cause) {
    throw usage(cause instanceof Error ? cause.message : String(cause));
  }
}

function reportsOf({ junit, json, markdown }: Partial<Reports>): Reports {
  return { junit, json, markdown };
}

const UNIT_MS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

type SelectionValues = Partial<Record<'run' | 'last' | 'from' | 'to', string>>;

function selectionOf({ run, last, from, to }: SelectionValues, now: number): Selection {
  if (run !== undefined) return { run };
  if (last !== undefined) {
    const [, count, unit] = /^(\d+)([smhd])$/.exec(last) ?? [];
    const ms = Number(count) * (UNIT_MS[unit ?? ''] ?? Number.NaN);
    if (!(ms > 0)) throw usage(`--last is ${last}; write 90s, 15m, 2h or 1d`);
    return { from: now - ms, to: now };
  }
  if (from === undefined) throw usage('export wants --run, --last or --from');
  const range = { from: instantOf('from', from), to: to === undefined ? now : instantOf('to', to) };
  if (range.from >= range.to) throw usage('--from must be before --to');
  return range;
}

function instantOf(name: string, text: string): number {
  const at = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isNaN(at)) throw usage(`--${name} is ${text}; write 2026-01-31T12:00:00Z or epoch milliseconds`);
  return at;
}

function seedOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seed = Number(text);
  if (!/^\d+$/.test(text) || seed > 0xffffffff) throw usage(`--seed is ${text}; write 0 to 4294967295`);
  return seed;
}

function speedOf(text: string): Speed {
  const speed = Number(text);
  if (text === 'max') return 'max';
  if (!(speed > 0 && Number.isFinite(speed))) throw usage(`--speed is ${text}; write 1, 10 or max`);
  return speed;
}

function usage(message: string): StormglassError {
  return new StormglassError('invalid_request', message, 'See `stormglass help`.');
}
