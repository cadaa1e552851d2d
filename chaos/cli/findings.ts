import type { Finding } from '../importers/index.ts';
import type { Terminal } from './terminal.ts';

const INKS = { error: 'red', warning: 'yellow', info: 'dim' } as const;

/** Findings in words, for people. They go to stderr: stdout is for what was made. */
export function tell(findings: readonly Finding[], { err, ink }: Pick<Terminal, 'err' | 'ink'>): void {
  for (const { code, severity, resource, path, line, message, next } of findings) {
    const where = `${resource}, ${path}${line === null ? '' : ` (line ${line})`}`;
    err(`${ink(INKS[severity], severity)} ${code}: ${where}: ${message}\n  ${next}`);
  }
}

/** Whether something was left out. */
export const isPartial = (findings: readonly Finding[]): boolean =>
  findings.some(({ severity }) => severity === 'error');
