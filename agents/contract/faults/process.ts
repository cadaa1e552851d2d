import { z } from 'zod';
import { type FaultRow, milliseconds } from './row.ts';
import { whole } from './whole.ts';

/** Of a process as a whole, by its host; a crash at a point by the process itself. */
export const PROCESS_ACTIONS = [
  z.object({ type: z.literal('process_kill'), restartAfterMs: milliseconds(2000) }),
  z.object({ type: z.literal('process_pause') }),
  /** It is asked to end, may finish what it does, and is started again after `restartAfterMs`. */
  z.object({ type: z.literal('process_terminate'), restartAfterMs: milliseconds(2000) }),
  /** A rolling restart: one instance after the other, each healthy again before the next. */
  z.object({ type: z.literal('process_restart') }),
  /** Dies as by SIGKILL where its own code passes the point; whoever supervises it starts it again. */
  z.object({
    type: z.literal('process_crash'),
    point: z
      .string()
      .min(1)
      .max(200)
      .meta({ title: 'Point', unit: 'name', description: 'one of those which the control crash.list names' }),
  }),
  z.object({
    type: z.literal('process_scale'),
    replicas: whole(0, 20, 1, {
      title: 'Replicas',
      unit: 'processes',
      description: 'that run until the lease ends; fewer are stopped in order, more are started',
    }),
  }),
] as const;

export const PROCESS_CATALOGUE = {
  process_kill: { title: 'Kill (SIGKILL)', targets: ['process'], positions: ['before'] },
  process_pause: { title: 'Pause (SIGSTOP)', targets: ['process'], positions: ['before'] },
  process_terminate: { title: 'Terminate (SIGTERM)', targets: ['process'], positions: ['before'] },
  process_restart: { title: 'Rolling restart', targets: ['process'], positions: ['before'] },
  process_crash: { title: 'Crash at a point', targets: ['service'], positions: ['before'] },
  process_scale: { title: 'Scale replicas', targets: ['process'], positions: ['before'] },
} as const satisfies Record<(typeof PROCESS_ACTIONS)[number]['shape']['type']['value'], FaultRow>;
