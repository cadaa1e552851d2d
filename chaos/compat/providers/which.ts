import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join, sep } from 'node:path';

type Environment = NodeJS.ProcessEnv;

/** The file that a command is, or null: a path is taken as it is, a name is looked up in PATH. */
export function which(command: string, env: Environment): string | null {
  if (command.includes(sep)) return executable(command) ? command : null;
  if (command === '') return null;
  for (const folder of new Set((env.PATH ?? '/bin:/usr/bin').split(delimiter))) {
    const file = join(folder, command);
    if (executable(file)) return file;
  }
  return null;
}

/** `~` at the beginning is the home of the user. */
export const expandHome = (path: string, env: Environment): string =>
  path === '~' || path.startsWith(`~${sep}`) ? `${env.HOME ?? homedir()}${path.slice(1)}` : path;

function executable(file: string): boolean {
  try {
    accessSync(file, constants.F_OK | constants.X_OK);
    return !statSync(file).isDirectory();
  } catch {
    // Absent or not allowed: both mean that it cannot be run.
    return false;
  }
}
