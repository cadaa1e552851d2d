import { type Logger, pino } from 'pino';

export type Log = Logger;

/** JSON lines on stdout. */
export function createLog(level: string): Log {
  return pino({
    level,
    base: { service: 'web' },
    redact: ['key', 'token', 'headers.authorization', 'headers.cookie'],
  });
}
