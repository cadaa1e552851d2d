import { z } from 'zod';
import type { FaultRow } from './row.ts';
import { whole } from './whole.ts';

const MIB = 1_048_576;

/** Of what one process lives on; nothing outside of it is used up on purpose. */
export const RESOURCE_ACTIONS = [
  /** Threads inside the process, so that they end, stop and are limited with it. */
  z.object({
    type: z.literal('cpu_burn'),
    cores: whole(1, 64, 1, { title: 'Cores', unit: 'threads', description: 'that compute for nothing' }),
    load: whole(1, 100, 100, { title: 'Load', unit: '%', description: 'of each of these cores' }),
  }),
  /** Resident memory of the process; refused beyond four fifths of what the machine can still give. */
  z.object({
    type: z.literal('memory_pressure'),
    bytes: whole(MIB, 16_384 * MIB, 256 * MIB, {
      title: 'Memory',
      unit: 'bytes',
      description: 'taken inside the process and touched, so that they are resident',
    }),
  }),
  /** In slices of at most 50 ms, between which the loop turns once: a halt gets in. */
  z.object({
    type: z.literal('event_loop_block'),
    ms: whole(1, 60_000, 1_000, {
      title: 'Block',
      unit: 'ms',
      description: 'for which nothing else is done',
    }),
    pauseMs: whole(0, 60_000, 1_000, { title: 'Pause', unit: 'ms', description: 'between two blocks' }),
  }),
  /** A file in the directory which the service's launcher names as its own. */
  z.object({
    type: z.literal('disk_full'),
    bytes: whole(MIB, 65_536 * MIB, 64 * MIB, {
      title: 'File',
      unit: 'bytes',
      description: 'at most; it ends sooner when the disk is full',
    }),
  }),
] as const;

export const RESOURCE_CATALOGUE = {
  cpu_burn: { title: 'CPU burn', targets: ['service'], positions: ['before'] },
  memory_pressure: { title: 'Memory pressure', targets: ['service'], positions: ['before'] },
  event_loop_block: { title: 'Event loop blocked', targets: ['service'], positions: ['before'] },
  disk_full: { title: 'Disk full', targets: ['process'], positions: ['before'] },
} as const satisfies Record<(typeof RESOURCE_ACTIONS)[number]['shape']['type']['value'], FaultRow>;
