import { parseArgs } from 'node:util';
import { COMMON_OPTIONS, type Command, type Given, type Options } from './command.ts';
import { usage } from './exit-codes.ts';

/** A command line, understood; without a command it asks for help, of a topic or of all. */
export interface Understood {
  command: Command | null;
  topic: readonly string[];
  given: Given;
  json: boolean;
}

const NOTHING: Given = { args: [], values: {} };

/** Parses `process.argv.slice(2)`; throws `invalid_request` with what to write instead. */
export function understand(argv: readonly string[], commands: readonly Command[]): Understood {
  const { flags, words } = leading(argv);
  const json = flags.includes('--json');
  const help = (topic: readonly string[]): Understood => ({ command: null, topic, given: NOTHING, json });
  if (words[0] === undefined || words[0] === 'help') return help(words.slice(1));
  if (flags.includes('--help')) return help(words);
  const found = findCommand(words, commands);
  if (found === null && words.includes('--help')) return help(words.filter((word) => !word.startsWith('-')));
  if (found === null) throw unknown(words, commands);
  const rest = words.slice(found.name.split(' ').length);
  const split = found.verbatim ? { values: {}, positionals: rest } : parse(rest, found);
  if (split.values.help === true) return help(found.name.split(' '));
  checkCount(found, split.positionals);
  const values = filled(found.options, split.values);
  return {
    ...{ command: found, topic: [], json: json || split.values.json === true },
    given: { args: split.positionals, values },
  };
}

/** Flags may stand before the command as well. */
function leading(argv: readonly string[]): { flags: string[]; words: string[] } {
  const known: Record<string, string> = { '--json': '--json', '--help': '--help', '-h': '--help' };
  const first = argv.findIndex((word) => known[word] === undefined);
  const end = first === -1 ? argv.length : first;
  const flags = argv.slice(0, end).map((word) => known[word] ?? word);
  const words = argv.slice(end);
  if (words[0] === '--version') return { flags, words: ['version', ...words.slice(1)] };
  return { flags, words: words.map((word) => (word === '-h' ? '--help' : word)) };
}

/** The command with the most words that begin the line: `faults list` before `faults`. */
export function findCommand(words: readonly string[], commands: readonly Command[]): Command | null {
  const fits = commands.filter(({ name }) => name.split(' ').every((part, i) => words[i] === part));
  return fits.sort((a, b) => b.name.split(' ').length - a.name.split(' ').length)[0] ?? null;
}

function unknown(words: readonly string[], commands: readonly Command[]): Error {
  const group = commands.filter(({ name, hidden }) => !hidden && name.startsWith(`${words[0]} `));
  if (group.length === 0) return usage(`there is no command ${words[0]}`);
  const names = group.map(({ name }) => name.slice(`${words[0]} `.length)).join(', ');
  return usage(`${words[0]} wants one of ${names}`, words[0]);
}

type RawValues = Record<string, string | boolean | (string | boolean)[] | undefined>;

function parse(args: string[], command: Command): { values: RawValues; positionals: string[] } {
  const options = Object.fromEntries(
    Object.entries<Options[string]>({ ...command.options, ...COMMON_OPTIONS }).map(([name, option]) => [
      name,
      { type: option.type, multiple: option.multiple === true },
    ]),
  );
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true });
  } catch (cause) {
    throw usage(cause instanceof Error ? cause.message : String(cause), command.name);
  }
}

function filled(options: Options, values: RawValues): Given['values'] {
  return Object.fromEntries(
    Object.entries(options).map(([name, option]) => {
      const value = values[name];
      if (option.multiple) return [name, Array.isArray(value) ? value.map(String) : []];
      if (option.type === 'boolean') return [name, value === true];
      return [name, typeof value === 'string' ? value : undefined];
    }),
  );
}

function checkCount({ name, arguments: wanted }: Command, given: readonly string[]): void {
  const least = wanted.filter((argument) => !argument.optional).length;
  const most = wanted.some((argument) => argument.many) ? Number.POSITIVE_INFINITY : wanted.length;
  if (given.length >= least && given.length <= most) return;
  const form = wanted.length === 0 ? 'nothing' : wanted.map(argumentForm).join(' ');
  const extra = given.length > most ? `; ${given[most]} is too many` : '';
  throw usage(`${name} takes ${form}${extra}`, name);
}

/** `<file...>`, `[id]`. */
export function argumentForm({ name, optional, many }: Command['arguments'][number]): string {
  const inner = `${name}${many ? '...' : ''}`;
  return optional ? `[${inner}]` : `<${inner}>`;
}
