import { ShopError } from '../errors.ts';

/** `work`, or `unavailable` after `ms` milliseconds; the work itself is not stopped. */
export function within<T>(work: Promise<T>, ms: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(away(`${what} took longer than ${ms} ms`)), ms);
  });
  return Promise.race([work, limit]).finally(() => clearTimeout(timer));
}

/** The broker cannot be used right now. */
export function away(message: string, cause?: unknown): ShopError {
  return new ShopError('unavailable', message, 'Try again in a second.', { cause });
}
