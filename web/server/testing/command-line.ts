import { execFile } from 'node:child_process';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '../../../chaos/cli/main.ts');

/** What a command line answered. */
export interface Answered {
  code: number;
  out: string;
  err: string;
}

/** Runs the real command line as a process of its own, against a dashboard. */
export function stormglass(url: string, ...words: string[]): Promise<Answered> {
  return begun(url, words).answered;
}

/** The same, with Ctrl-C at some moment of it. */
export function begun(url: string, words: readonly string[]) {
  const { promise: answered, resolve } = Promise.withResolvers<Answered>();
  const env = { ...process.env, STORMGLASS_URL: url, NO_COLOR: '1' };
  const child = execFile(process.execPath, [MAIN, ...words], { env }, (error, out, err) => {
    resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
  });
  return { answered, ctrlC: () => child.kill('SIGINT') };
}
