import { type Logger, pino } from 'pino';
import { CORRELATION_HEADER, correlationId } from './correlation.ts';
import { type ShopEnv, versionOf } from './env.ts';

export type Log = Logger;

/**
 * JSON lines on stdout, written at once: a process that is killed has said what it did, and one whose reader is gone can
 * end (what is written behind the process's back is tried for ever by the library when it ends). Trace and span ids are added by the
 * agent's pino instrumentation.
 */
export function createLog(service: string, env: ShopEnv): Log {
  return pino(
    {
      level: env.LOG_LEVEL,
      base: { service, version: versionOf(env) },
      mixin: () => {
        const id = correlationId();
        return id === undefined ? {} : { [CORRELATION_HEADER]: id };
      },
      // What must never be in a log, whoever passes it.
      redact: {
        paths: ['cardToken', 'password', 'secret', 'token', 'authorization'].flatMap((name) => [
          name,
          `*.${name}`,
        ]),
        censor: '[hidden]',
      },
    },
    pino.destination({ dest: 1, sync: true }),
  );
}
