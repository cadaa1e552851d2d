import { parseArgs } from 'node:util';
import { StormglassError } from '@stormglass/agents/contract';

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
      junit: string | undefined;
      json: string | undefined;
      markdown: string | undefined;
    }
  | { name: 'halt'; url: string; token: string | undefined; reason: string }
  | { name: 'validate'; files: string[] };

export const HELP = `stormglass: run chaos experiments against a dashboard

  stormglass run <file|id> [options]   run an experiment and follow it; exits with its verdict's code
      --seed N                         pick the same requests again
      --junit FILE --json FILE --markdown FILE   write a report
  stormglass validate <file...>        check experiment files without a dashboard
  stormglass halt --reason WORDS       stop all chaos and refuse new faults

  --url URL       the dashboard (default http://127.0.0.1:4000, or STORMGLASS_URL)
  --token TOKEN   its login token, if it wants one (or STORMGLASS_LOGIN_TOKEN)

  Exit codes: 0 passed, 1 deviated, 2 degraded-recovered, 3 not-run, 4 injection-failed, 5 revert-failed,
  6 inconclusive, 7 aborted, 8 interrupted, 9 invalid; 64 wrong usage, 69 dashboard not reachable or unwilling.
`;

const OPTIONS = {
  url: { type: 'string' },
  token: { type: 'string' },
  seed: { type: 'string' },
  junit: { type: 'string' },
  json: { type: 'string' },
  markdown: { type: 'string' },
  reason: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
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
      const { junit, json, markdown } = values;
      return { name, experiment, url, token, seed: seedOf(values.seed), junit, json, markdown };
    }
    case 'halt':
      if (!values.reason) throw usage('halt wants --reason: those whose run it stops will read it');
      return { name, url, token, reason: values.reason };
    case 'validate':
      if (rest.length === 0) throw usage('validate takes at least one file');
      return { name, files: rest };
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

function seedOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seed = Number(text);
  if (!/^\d+$/.test(text) || seed > 0xffffffff) throw usage(`--seed is ${text}; write 0 to 4294967295`);
  return seed;
}

function usage(message: string): StormglassError {
  return new StormglassError('invalid_request', message, 'See `stormglass help`.');
}
