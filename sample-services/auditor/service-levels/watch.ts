import { Agent, request } from 'undici';
import type { Tls } from '../../kit/http/tls.ts';
import type { Log } from '../../kit/log.ts';
import { startLoop } from '../../kit/loop.ts';
import { untraced } from '../../kit/untraced.ts';
import type { AuditSettings } from '../settings.ts';
import { peerCallsOf } from './parse.ts';
import { CallWindow } from './window.ts';

/** Readings within one window. */
const READINGS = 12;
const LIMIT_MS = 2_000;

export interface WatchedServices {
  window: CallWindow;
  stop(): Promise<void>;
}

/**
 * Reads every service's own counters of the calls it made, with the auditor's certificate where there is `tls`; one that
 * does not answer is left out of that round.
 */
export function watchServices(
  { services, levelMs }: Pick<AuditSettings, 'services' | 'levelMs'>,
  tls: Tls | null,
  log: Log,
): WatchedServices {
  const window = new CallWindow(levelMs);
  const callers = Object.entries(services).flatMap(([service, urls]) => {
    const dispatcher = new Agent(tls === null ? {} : { connect: tls.client(service) });
    return urls.map((url) => ({ url, dispatcher }));
  });
  const read = async ({ url, dispatcher }: (typeof callers)[number], down: AbortSignal) => {
    const signal = AbortSignal.any([down, AbortSignal.timeout(LIMIT_MS)]);
    const { statusCode, body } = await request(new URL('/metrics', url), { dispatcher, signal });
    const text = await body.text();
    if (statusCode === 200) window.add(url, Date.now(), peerCallsOf(text));
  };
  const loop = startLoop({
    name: 'service levels',
    intervalMs: levelMs / READINGS,
    log,
    run: (signal) => untraced(() => Promise.allSettled(callers.map((caller) => read(caller, signal)))),
  });
  return {
    window,
    stop: async () => {
      await loop.stop();
      await Promise.all(callers.map(({ dispatcher }) => dispatcher.destroy()));
    },
  };
}
