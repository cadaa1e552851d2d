import { setTimeout as sleep } from 'node:timers/promises';
import { styleText } from 'node:util';

export type Ink = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'magenta';

/** Where a command writes and how it waits. */
export interface Terminal {
  out: (line: string) => void;
  err: (line: string) => void;
  /** Text as it is, for what goes on in a file or a pipe. */
  write: (text: string) => void;
  sleep: (ms: number) => Promise<void>;
  now: () => number;
  /** Ctrl-C: a run that is followed is aborted, so that nothing stays broken. */
  interrupted: AbortSignal;
  /** Columns of a terminal that a person looks at; null for a file, a pipe or a log of CI: plain lines only. */
  columns: number | null;
  /** Coloured where the terminal has colours and NO_COLOR does not forbid them. */
  ink: (ink: Ink, text: string) => string;
  /** Shows a line that the next one replaces; null takes it away. Nothing where there is no terminal. */
  status: (line: string | null) => void;
}

const CLEAR_LINE = '\r\u001b[2K';

/** The terminal of this process. */
export function processTerminal(interrupted: AbortSignal): Terminal {
  const { stdout, stderr } = process;
  const columns = stdout.isTTY ? (stdout.columns ?? 80) : null;
  let shown = false;
  const clear = (): void => {
    if (shown) stdout.write(CLEAR_LINE);
    shown = false;
  };
  return {
    out: (line) => {
      clear();
      stdout.write(`${line}\n`);
    },
    err: (line) => {
      clear();
      stderr.write(`${line}\n`);
    },
    write: (text) => stdout.write(text),
    sleep: (ms) => sleep(ms),
    now: () => Date.now(),
    interrupted,
    columns,
    ink: (ink, text) => styleText(ink, text, { stream: stdout }),
    status: (line) => {
      if (columns === null) return;
      clear();
      if (line === null) return;
      // A line that wraps could not be taken back.
      stdout.write(line.slice(0, columns - 1));
      shown = true;
    },
  };
}
