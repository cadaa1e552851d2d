import type { Recovery } from '../contract/index.ts';

export interface Instant {
  id: 't0' | 't1' | 't2' | 't3' | 't4';
  what: string;
  /** Epoch milliseconds; null when it did not happen. */
  at: number | null;
}

/** The five instants of a recovery, in words. */
export function instantsOf({ t0, t1, t1Cause, t2, t3, t4 }: Recovery): Instant[] {
  return [
    { id: 't0', what: 'first effect', at: t0 },
    { id: 't1', what: `detected${t1Cause === null ? '' : `: ${t1Cause}`}`, at: t1 },
    { id: 't2', what: 'mitigated under the fault', at: t2 },
    { id: 't3', what: 'fault cleared, read back', at: t3 },
    { id: 't4', what: 'recovered', at: t4 },
  ];
}
