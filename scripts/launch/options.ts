import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { StormglassError } from '@stormglass/agents/contract';

/** A file of its own: bootstrap.mjs shows it before anything is installed. */
export const HELP = readFileSync(new URL('../start.help.txt', import.meta.url), 'utf8');

export interface StartOptions {
  bare: boolean;
  load: boolean;
  /** Absolute path of the file with the user's own services; null: there are none. */
  services: string | null;
  /** Null: the default port. */
  port: number | null;
  host: string;
  /** Absolute. */
  dataDir: string;
  fresh: boolean;
  json: boolean;
  help: boolean;
  version: boolean;
}

/** Parses the command line; throws `invalid_request` with a sentence for anything it does not know. */
export function parseOptions(args: string[]): StartOptions {
  const values = parse(args);
  const port = values.port === undefined ? null : Number(values.port);
  if (port !== null && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw new StormglassError('invalid_request', `--port ${values.port} is no port`, 'give 0 to 65535');
  }
  return {
    bare: values.bare,
    load: !values['no-load'],
    services: values.services === undefined ? null : resolve(values.services),
    port,
    host: values.host,
    dataDir: resolve(values['data-dir']),
    fresh: values.fresh,
    json: values.json,
    help: values.help,
    version: values.version,
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: false,
      options: {
        bare: { type: 'boolean', default: false },
        'no-load': { type: 'boolean', default: false },
        services: { type: 'string' },
        port: { type: 'string' },
        host: { type: 'string', default: '127.0.0.1' },
        'data-dir': { type: 'string', default: '.stormglass' },
        fresh: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        version: { type: 'boolean', default: false },
      },
    }).values;
  } catch (cause) {
    const said = cause instanceof Error ? cause.message.split('.')[0] : String(cause);
    throw new StormglassError('invalid_request', `${said}`, 'see npm start -- --help', { cause });
  }
}
