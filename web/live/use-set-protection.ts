'use client';
import { useMutation } from '@tanstack/react-query';
import { request } from './request.ts';

export interface ProtectionOrder {
  service: string;
  name: string;
  on: boolean;
  /** Milliseconds after which it comes back by itself. */
  forMs?: number | undefined;
}

/** Takes protections away or puts them back; what they are then, the agents say on the live channel. */
export function useSetProtection() {
  return useMutation({
    mutationFn: (orders: readonly ProtectionOrder[]) =>
      Promise.all(
        orders.map(({ service, name, on, forMs }) =>
          request('setProtection', { params: { service, name }, input: { on, forMs } }),
        ),
      ),
  });
}
