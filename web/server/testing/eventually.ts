import { vi } from 'vitest';

/** Waits until the promise holds. The deadline is for a busy machine: a test that passes does not wait for it. */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 40_000, interval: 25 });
}
