import { z } from 'zod';
import { type FaultRow, milliseconds } from './row.ts';

/** Of a process as a whole, by its host. */
export const PROCESS_ACTIONS = [
  z.object({ type: z.literal('process_kill'), restartAfterMs: milliseconds(2000) }),
  z.object({ type: z.literal('process_pause') }),
] as const;

export const PROCESS_CATALOGUE = {
  process_kill: { title: 'Kill (SIGKILL)', targets: ['process'], positions: ['before'] },
  process_pause: { title: 'Pause (SIGSTOP)', targets: ['process'], positions: ['before'] },
} as const satisfies Record<(typeof PROCESS_ACTIONS)[number]['shape']['type']['value'], FaultRow>;
