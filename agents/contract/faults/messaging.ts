import { z } from 'zod';
import type { FaultRow } from './row.ts';

/** Of messages and of who handles them. */
export const MESSAGING_ACTIONS = [z.object({ type: z.literal('consumer_stop') })] as const;

export const MESSAGING_CATALOGUE = {
  consumer_stop: { title: 'Consumer stop', targets: ['consumer'], positions: ['before'] },
} as const satisfies Record<(typeof MESSAGING_ACTIONS)[number]['shape']['type']['value'], FaultRow>;
