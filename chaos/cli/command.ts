import type { Terminal } from './terminal.ts';

/** What a word of a command line can be: one of these, or what somebody knows. */
export type Words = readonly string[] | 'file' | 'experiment' | 'run' | 'fault';

export interface Option {
  type: 'string' | 'boolean';
  about: string;
  /** How its value is written in help: `URL`. */
  value?: string;
  multiple?: true;
  words?: Words;
}
export type Options = Readonly<Record<string, Option>>;

export interface Argument {
  name: string;
  words?: Words;
  optional?: true;
  /** One or more. */
  many?: true;
}

export type Values<O extends Options> = {
  -readonly [K in keyof O]: O[K] extends { type: 'boolean' }
    ? boolean
    : O[K] extends { multiple: true }
      ? string[]
      : string | undefined;
};

export interface Context {
  terminal: Terminal;
  env: Readonly<Record<string, string | undefined>>;
  /** Results are JSON, for machines. */
  json: boolean;
  commands: readonly Command[];
}

/** One command of the command line: what help, completion and parsing know of it, and what it does. */
export interface Command<O extends Options = Options> {
  /** `run`, or with its group: `faults list`. */
  name: string;
  /** One line. */
  about: string;
  arguments: readonly Argument[];
  options: O;
  /** Below the options in its help. */
  more?: string;
  /** Not listed: for shells. */
  hidden?: true;
  /** Its words are not parsed: options are arguments like any other. */
  verbatim?: true;
  /** Resolves with the exit code. */
  act(given: Given<O>, context: Context): Promise<number>;
}

export interface Given<O extends Options = Options> {
  args: readonly string[];
  values: Values<O>;
}

/** Ties the type of what is given to the options of the command; a list of commands knows only that there are some. */
export function command<const O extends Options>(one: Command<O>): Command {
  return one as unknown as Command;
}

/** Of every command that asks a dashboard. */
export const DASHBOARD_OPTIONS = {
  url: {
    type: 'string',
    value: 'URL',
    about: 'the dashboard (default http://127.0.0.1:4000, or STORMGLASS_URL)',
  },
  token: {
    type: 'string',
    value: 'TOKEN',
    about: 'its login token, if it wants one (or STORMGLASS_LOGIN_TOKEN)',
  },
} as const satisfies Options;

/** Of every command. */
export const COMMON_OPTIONS = {
  json: { type: 'boolean', about: 'results as JSON on stdout, errors as JSON on stderr' },
  help: { type: 'boolean', about: 'this text' },
} as const satisfies Options;
