// What can be answered before anything is installed; like bootstrap.mjs it runs on the host's own Node (>= 20).
import { readFileSync } from 'node:fs';

const read = (path) => readFileSync(new URL(path, import.meta.url), 'utf8');

/**
 * The answer to a question about the program itself, null when the command line asks for something else.
 *
 * @param {string} script what npm would run, relative to the repository
 * @param {string[]} args
 * @returns {string | null}
 */
export function helpWithoutInstall(script, args) {
  if (script === 'scripts/start.ts') {
    if (args.includes('--help')) return read('start.help.txt');
    if (args.includes('--version')) return `${version()}\n`;
  }
  if (script === 'chaos/cli/main.ts') {
    const [word] = args;
    if (word === undefined || word === 'help' || args.includes('--help')) return commandLineHelp();
    if (word === 'version' || args.includes('--version')) return `stormglass ${version()}\n`;
  }
  return null;
}

function version() {
  return JSON.parse(read('../package.json')).version;
}

/** The table of docs/cli.md, which a test holds to be complete. The options of each command are in the program itself. */
function commandLineHelp() {
  const rows = read('../docs/cli.md')
    .split('\n##')[0]
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line.split(/(?<!\\)\|/).map((cell) => cell.replaceAll('`', '').replaceAll('\\|', '|').trim()),
    );
  const said = rows.map(([, command, about]) =>
    `  ${command.padEnd(46)}${about.replaceAll(/\[(.+?)\]\(.+?\)/g, '$1')}`.trimEnd(),
  );
  return [
    'stormglass: run chaos experiments against a dashboard, arm and end faults, report, replay recordings',
    '',
    ...said,
    '',
    'The options of each: docs/cli.md, or `help COMMAND` once `npm install` has run (any other command runs it).',
    '',
  ].join('\n');
}
