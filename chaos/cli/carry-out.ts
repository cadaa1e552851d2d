import { StormglassError } from '@stormglass/agents/contract';
import type { Context } from './command.ts';
import { COMMANDS } from './commands/index.ts';
import { exitCodeOf } from './exit-codes.ts';
import { helpOf } from './help.ts';
import type { Terminal } from './terminal.ts';
import { understand } from './understand.ts';

type Env = Context['env'];

/** Carries a command line out; resolves with the exit code. Errors become words on `err`, or JSON with --json. */
export async function carryOut(argv: readonly string[], env: Env, terminal: Terminal): Promise<number> {
  try {
    const { command, topic, given, json } = understand(argv, COMMANDS);
    if (command !== null) return await command.act(given, { terminal, env, json, commands: COMMANDS });
    const text = helpOf(topic, COMMANDS);
    terminal.out(json ? JSON.stringify({ help: text }) : text);
    return 0;
  } catch (error) {
    terminal.status(null);
    return explain(error, argv.includes('--json'), terminal);
  }
}

/** Says an error and gives its exit code. */
function explain(error: unknown, json: boolean, terminal: Pick<Terminal, 'err'>): number {
  if (!(error instanceof StormglassError)) throw error;
  terminal.err(json ? JSON.stringify(error.toBody()) : `${error.message}\n${error.next}`);
  return exitCodeOf(error);
}
