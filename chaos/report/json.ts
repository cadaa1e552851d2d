import { type Run, VERDICTS } from '../contract/index.ts';

/** A run as JSON for machines: the run whole, and the exit code of its verdict (null while it runs). */
export function renderJson(run: Run): string {
  const exitCode = run.verdict === null ? null : VERDICTS[run.verdict];
  return `${JSON.stringify({ ...run, exitCode }, null, 2)}\n`;
}
