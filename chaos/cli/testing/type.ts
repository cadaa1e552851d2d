import { carryOut } from '../carry-out.ts';
import type { Context } from '../command.ts';
import type { Terminal } from '../terminal.ts';

interface Typed {
  code: number;
  /** Lines of stdout, and of stderr. */
  out: string;
  err: string;
  /** Every line that was shown in place. */
  statuses: string[];
}

interface Around {
  interrupted?: AbortSignal;
  env?: Context['env'];
  /** A terminal somebody looks at; a pipe if absent. */
  columns?: number;
}

/** Types a command line, and waits for its end. */
export async function type(argv: string[], { interrupted, env = {}, columns }: Around = {}): Promise<Typed> {
  const typed: Typed = { code: -1, out: '', err: '', statuses: [] };
  const terminal: Terminal = {
    out: (line) => {
      typed.out += `${line}\n`;
    },
    err: (line) => {
      typed.err += `${line}\n`;
    },
    write: (text) => {
      typed.out += text;
    },
    sleep: () => new Promise((resolve) => setImmediate(resolve)),
    now: () => 0,
    interrupted: interrupted ?? new AbortController().signal,
    columns: columns ?? null,
    ink: (_ink, text) => text,
    status: (line) => {
      if (line !== null) typed.statuses.push(line);
    },
  };
  typed.code = await carryOut(argv, env, terminal);
  return typed;
}
