import { StormglassError } from '@stormglass/agents/contract';
import type { Dashboard } from '../api.ts';
import { COMMON_OPTIONS, type Command, type Options, type Words } from '../command.ts';
import { findCommand } from '../understand.ts';

/** What a shell offers for the last word. */
export interface Offer {
  words: string[];
  /** The shell completes names of files itself. */
  files: boolean;
}

const NOTHING: Offer = { words: [], files: false };

/** Who knows the ids of experiments, runs and faults. */
export type Known = Pick<Dashboard, 'experiments' | 'runs' | 'faults'>;

/** A person waits with a finger on Tab, milliseconds. Where nobody listens the answer comes at once. */
const PATIENCE_MS = 5_000;

/** Words that continue a command line; `typed` ends with the word under the cursor, which may be empty. */
export async function complete(
  typed: readonly string[],
  commands: readonly Command[],
  known: Known,
): Promise<Offer> {
  const before = typed.slice(0, -1);
  const current = typed.at(-1) ?? '';
  const shown = commands.filter(({ hidden }) => !hidden);
  const next = nextWords(before, shown);
  const command = findCommand(before, shown);
  if (command === null) return fitting({ words: next, files: false }, current);
  const rest = before.slice(command.name.split(' ').length);
  const options: Options = { ...command.options, ...COMMON_OPTIONS };
  const pending = rest.at(-1) ?? '';
  const option = pending.startsWith('--') ? options[pending.slice(2)] : undefined;
  if (option?.type === 'string') return fitting(await offerOf(option.words, known), current);
  if (current.startsWith('-')) return fitting({ words: optionNames(options, rest), files: false }, current);
  const argument = command.arguments[positionals(rest, options)] ?? many(command);
  const offered = argument === undefined ? NOTHING : await offerOf(argument.words, known);
  return fitting({ words: [...next, ...offered.words], files: offered.files }, current);
}

/** First words of commands, or the words after those that are typed. */
function nextWords(before: readonly string[], commands: readonly Command[]): string[] {
  const words = commands.flatMap(({ name }) => {
    const parts = name.split(' ');
    const begins = before.every((word, i) => parts[i] === word);
    return begins && parts[before.length] !== undefined ? [parts[before.length] ?? ''] : [];
  });
  return [...new Set(before.length === 0 ? [...words, 'help'] : words)];
}

function optionNames(options: Options, rest: readonly string[]): string[] {
  return Object.entries(options)
    .filter(([name, option]) => option.multiple || !rest.includes(`--${name}`))
    .map(([name]) => `--${name}`);
}

/** How many arguments are typed; the values of options are none. */
function positionals(rest: readonly string[], options: Options): number {
  return rest.filter((word, i) => {
    if (word.startsWith('-')) return false;
    const option = options[(rest[i - 1] ?? '').replace(/^--/, '')];
    return !((rest[i - 1] ?? '').startsWith('--') && option?.type === 'string');
  }).length;
}

const many = (command: Command): Command['arguments'][number] | undefined =>
  command.arguments.find((argument) => argument.many);

async function offerOf(words: Words | undefined, known: Known): Promise<Offer> {
  if (words === undefined) return NOTHING;
  if (words === 'file') return { words: [], files: true };
  if (typeof words !== 'string') return { words: [...words], files: false };
  // A file is taken where the id of an experiment is.
  return { words: await ids(words, known), files: words === 'experiment' };
}

async function ids(what: 'experiment' | 'run' | 'fault', known: Known): Promise<string[]> {
  try {
    if (what === 'experiment') return (await known.experiments(PATIENCE_MS)).experiments.map(({ id }) => id);
    if (what === 'run') return ['latest', ...(await known.runs(PATIENCE_MS)).map(({ id }) => id)];
    return (await known.faults(PATIENCE_MS)).filter((f) => f.endedAt === null).map(({ faultId }) => faultId);
  } catch (error) {
    // Without a dashboard there is nothing to offer; an error would land in the middle of what is typed.
    if (error instanceof StormglassError || error instanceof DOMException) return [];
    throw error;
  }
}

function fitting({ words, files }: Offer, current: string): Offer {
  return { words: words.filter((word) => word.startsWith(current)), files };
}
