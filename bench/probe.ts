import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';

/** An open-loop client: a fixed rate whatever the answers, each answer handed over with its instant. */
export interface Probe {
  stop(): Promise<void>;
}

export interface ProbeAnswer {
  /** Epoch milliseconds when the whole answer was there. */
  at: number;
  status: number;
}

/** Sends `perSecond` GETs of `path` to `origin` for at most ten minutes. A request that fails counts as status 0. */
export function startProbe(
  origin: string,
  path: string,
  perSecond: number,
  onAnswer: (answer: ProbeAnswer) => void,
): Probe {
  const pool = new Pool(origin, { connections: 16 });
  const stopAt = Date.now() + 600_000;
  const send = async () => {
    const status = await pool.request({ path, method: 'GET' }).then(
      async (answer) => {
        await answer.body.dump();
        return answer.statusCode;
      },
      () => 0,
    );
    onAnswer({ at: Date.now(), status });
  };
  const timer = setInterval(() => {
    if (Date.now() > stopAt) clearInterval(timer);
    else void send();
  }, 1000 / perSecond);
  return {
    stop: async () => {
      clearInterval(timer);
      await pool.close();
    },
  };
}

/** Polls `condition` until it gives a value; throws after `deadlineMs`. */
export async function until<T>(
  what: string,
  deadlineMs: number,
  condition: () => Promise<T | null> | T | null,
): Promise<T> {
  const end = Date.now() + deadlineMs;
  while (Date.now() < end) {
    const value = await condition();
    if (value !== null) return value;
    await delay(10);
  }
  throw new Error(`${what} did not happen within ${deadlineMs} ms`);
}

/** One call of the dashboard's HTTP API; throws with the answer's text when it is no 2xx. */
export async function api<T>(dashboard: string, method: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`${dashboard}${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
  return JSON.parse(text) as T;
}
