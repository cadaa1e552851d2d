import { COMMON_OPTIONS, type Command, type Option, type Options } from './command.ts';
import { EXIT_CODES, usage } from './exit-codes.ts';
import { argumentForm, findCommand } from './understand.ts';

/** Columns before the explanation of a command or an option. */
const INDENT = 34;

/** What `stormglass help [topic]` says: all commands, those of a group, or one with its options. */
export function helpOf(topic: readonly string[], commands: readonly Command[]): string {
  if (topic.length === 0) return overview(commands);
  const one = findCommand(topic, commands);
  const name = topic.join(' ');
  if (one !== null && one.name.split(' ').length >= topic.length) {
    const below = commands.filter((other) => other.name.startsWith(`${one.name} `));
    return [commandHelp(one), ...(below.length === 0 ? [] : ['Below it:', list(below), ''])].join('\n');
  }
  const group = commands.filter((command) => command.name.startsWith(`${name} `));
  if (group.length === 0) throw usage(`there is no command ${name}`);
  return `${list(group)}\n\n\`stormglass help ${group[0]?.name}\` explains one of them.\n`;
}

function overview(commands: readonly Command[]): string {
  const codes = EXIT_CODES.map(({ code, name, means }) => `  ${String(code).padStart(2)}  ${name}: ${means}`);
  return [
    'stormglass: run chaos experiments against a dashboard, arm and end faults, report, replay recordings',
    '',
    list(commands),
    '',
    '`stormglass help <command>` has its options. Every command takes --json: results on stdout and errors on',
    'stderr are JSON then. Dashboard: --url or STORMGLASS_URL, --token or STORMGLASS_LOGIN_TOKEN.',
    '',
    'Exit codes',
    ...codes,
    '',
  ].join('\n');
}

function list(commands: readonly Command[]): string {
  return commands
    .filter(({ hidden }) => !hidden)
    .map((command) => row(`stormglass ${form(command)}`, command.about))
    .join('\n');
}

function form({ name, arguments: wanted }: Command): string {
  return [name, ...wanted.map(argumentForm)].join(' ');
}

function commandHelp(command: Command): string {
  const options = optionRows({ ...command.options, ...COMMON_OPTIONS });
  const more = command.more === undefined ? [] : [command.more.trim(), ''];
  return [
    `stormglass ${form(command)} [options]`,
    '',
    `  ${command.about}`,
    '',
    ...options,
    '',
    ...more,
  ].join('\n');
}

function optionRows(options: Options): string[] {
  return Object.entries(options).map(([name, option]) => row(`  ${optionForm(name, option)}`, option.about));
}

/** `--url URL`, `--accept VERDICT...`. */
export function optionForm(name: string, option: Option): string {
  if (option.type === 'boolean') return `--${name}`;
  return `--${name} ${option.value ?? 'VALUE'}${option.multiple ? '...' : ''}`;
}

function row(left: string, about: string): string {
  const head = `  ${left}`;
  return head.length < INDENT ? `${head.padEnd(INDENT)}${about}` : `${head}\n${' '.repeat(INDENT)}${about}`;
}
