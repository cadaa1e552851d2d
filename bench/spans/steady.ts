import { Pool } from 'undici';
import { isTaken } from './post.ts';
import { RequestPool } from './requests.ts';

/** Sends `perSecond` spans a second in requests of `batch`, whatever the answers' time, until the answer is called. */
export function steadyLoad(url: string, load: { perSecond: number; batch: number; seed: number }) {
  const requests = new RequestPool({ seed: load.seed, spansPerRequest: load.batch, distinct: 40 });
  const pool = new Pool(url, { connections: 4 });
  const under = new Set<Promise<unknown>>();
  let sent = 0;
  const timer = setInterval(
    () => {
      const request = isTaken(pool, requests.take(Date.now())).then((taken) => {
        if (taken) sent += load.batch;
      });
      under.add(request);
      void request.finally(() => under.delete(request));
    },
    (load.batch / load.perSecond) * 1000,
  );
  /** Ends the load; the number of spans that were acknowledged. */
  return async (): Promise<number> => {
    clearInterval(timer);
    await Promise.allSettled(under);
    await pool.close();
    return sent;
  };
}
