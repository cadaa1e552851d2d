import { Maintenance, ScheduleView, StartView } from '@stormglass/chaos/contract';
import { z } from 'zod';
import type { SCHEDULES_API } from './schedules-api.ts';

/** What the rows about schedules answer. */
export const SCHEDULES_ANSWERS = {
  schedules: z.object({ schedules: z.array(ScheduleView) }),
  createSchedule: ScheduleView,
  scheduleStarts: z.object({ starts: z.array(StartView) }),
  changeSchedule: ScheduleView,
  deleteSchedule: ScheduleView,
  runSchedule: StartView,
  maintenance: z.object({ maintenance: z.array(Maintenance) }),
  addMaintenance: Maintenance,
  removeMaintenance: z.object({ id: z.string() }),
} as const satisfies Record<keyof typeof SCHEDULES_API, z.ZodType>;
