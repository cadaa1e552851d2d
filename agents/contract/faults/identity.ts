import { z } from 'zod';
import type { FaultRow } from './row.ts';
import { whole } from './whole.ts';

/** Of who says who somebody is, and of the clocks by which that is judged. */
export const IDENTITY_ACTIONS = [
  /** The process that gives out tokens and keys is kept down until the lease ends. */
  z.object({ type: z.literal('token_authority_down') }),
  /** A new signing key. It stays when the lease ends: a key that is gone cannot be had back. */
  z.object({
    type: z.literal('key_rotated'),
    withdraw: z.boolean().default(true).meta({
      title: 'Withdraw',
      unit: 'yes or no',
      description: 'the old keys at once, so that tokens signed by them are refused',
    }),
  }),
  /** Tokens that are given out have expired already. */
  z.object({ type: z.literal('token_expired') }),
  /** The process judges time by a clock that is wrong by so much; its telemetry keeps the right one. */
  z.object({
    type: z.literal('clock_skew'),
    offsetMs: whole(-86_400_000, 86_400_000, 300_000, {
      title: 'Offset',
      unit: 'ms',
      description: 'by which its clock is ahead; negative: behind',
    }),
  }),
] as const;

export const IDENTITY_CATALOGUE = {
  token_authority_down: { title: 'Token authority down', targets: ['process'], positions: ['before'] },
  key_rotated: { title: 'Signing key rotated', targets: ['service'], positions: ['before'] },
  token_expired: { title: 'Tokens expired', targets: ['service'], positions: ['before'] },
  clock_skew: { title: 'Clock skew', targets: ['service'], positions: ['before'] },
} as const satisfies Record<(typeof IDENTITY_ACTIONS)[number]['shape']['type']['value'], FaultRow>;
