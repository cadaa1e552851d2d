import { z } from 'zod';
import { quantity } from './parameter.ts';
import type { FaultRow } from './row.ts';

const MIB = 1_048_576;

/** Of what one process lives on; nothing outside of it is used up on purpose. */
export const RESOURCE_ACTIONS = [
  /** Threads inside the process, so that they end, stop and are limited with it. */
  z.object({
    type: z.literal('cpu_burn'),
    cores: quantity(1, 64, { title: 'Cores', unit: 'threads', about: 'that compute for nothing' }).default(1),
    load: quantity(1, 100, { title: 'Load', unit: '%', about: 'of each of these cores' }).default(100),
  }),
  /** Resident memory of the process; refused beyond four fifths of what the machine can still give. */
  z.object({
    type: z.literal('memory_pressure'),
    bytes: quantity(MIB, 16_384 * MIB, {
      title: 'Memory',
      unit: 'bytes',
      about: 'taken inside the process and touched, so that they are resident',
    }).default(256 * MIB),
  }),
  /** In slices of at most 50 ms, between which the loop turns once: a halt gets in. */
  z.object({
    type: z.literal('event_loop_block'),
    ms: quantity(1, 60_000, {
      title: 'Block',
      unit: 'ms',
      about: 'for which nothing else is done',
    }).default(1_000),
    pauseMs: quantity(0, 60_000, { title: 'Pause', unit: 'ms', about: 'between two blocks' }).default(1_000),
  }),
  /** A file in the directory which the service's launcher names as its own. */
  z.object({
    type: z.literal('disk_full'),
    bytes: quantity(MIB, 65_536 * MIB, {
      title: 'File',
      unit: 'bytes',
      about: 'at most; it ends sooner when the disk is full',
    }).default(64 * MIB),
  }),
] as const;

export const RESOURCE_CATALOGUE = {
  cpu_burn: { title: 'CPU burn', targets: ['service'], positions: ['before'] },
  memory_pressure: { title: 'Memory pressure', targets: ['service'], positions: ['before'] },
  event_loop_block: { title: 'Event loop blocked', targets: ['service'], positions: ['before'] },
  disk_full: { title: 'Disk full', targets: ['process'], positions: ['before'] },
} as const satisfies Record<(typeof RESOURCE_ACTIONS)[number]['shape']['type']['value'], FaultRow>;
