import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where servers lie besides PATH. Debian's `rabbitmq-server` in /usr/sbin changes user and folder; the one behind it does not. */
const FOLDERS = [
  ...['/usr/lib/rabbitmq/bin', '/opt/homebrew/opt/rabbitmq/sbin', '/opt/homebrew/bin'],
  ...['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin'],
];

/** Absolute path of a server program; null when this machine has none. */
export function programPath(name: string): string | null {
  const folders = [...FOLDERS, ...(process.env.PATH ?? '').split(delimiter)];
  return folders.map((folder) => join(folder, name)).find(executable) ?? null;
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
