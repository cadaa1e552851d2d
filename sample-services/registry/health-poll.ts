import type { Dispatcher } from 'undici';
import { request } from 'undici';
import type { Registration } from '../kit/discovery/protocol.ts';
import type { Directory } from './directory.ts';

export const HEALTH_EVERY_MS = 10_000;
const TIMEOUT_MS = 2_000;

/** Asks every instance whether it can take work, all at once, and marks it by its answer. */
export async function pollHealth(
  directory: Directory,
  dispatcherFor: (service: string) => Dispatcher,
): Promise<void> {
  await Promise.all(
    directory.registrations().map(async (registration) => {
      directory.mark(registration.instance, await isHealthy(registration, dispatcherFor(registration.name)));
    }),
  );
}

async function isHealthy(registration: Registration, dispatcher: Dispatcher): Promise<boolean> {
  const { scheme, host, port, healthCheckPath } = registration;
  try {
    const { statusCode, body } = await request(`${scheme}://${host}:${port}${healthCheckPath}`, {
      dispatcher,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await body.dump();
    return statusCode >= 200 && statusCode < 300;
  } catch {
    // No answer is the answer.
    return false;
  }
}
