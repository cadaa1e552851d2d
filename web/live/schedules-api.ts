import { MaintenanceWish, ScheduleChange, ScheduleWish } from '@stormglass/chaos/contract';
import { z } from 'zod';

const none = z.object({});

/** The API's rows about schedules. */
export const SCHEDULES_API = {
  schedules: {
    method: 'GET',
    path: '/api/schedules',
    input: none,
    summary: 'Schedules, and when each is due',
  },
  createSchedule: {
    method: 'POST',
    path: '/api/schedules',
    input: ScheduleWish,
    summary: 'Start an experiment again and again',
  },
  scheduleStarts: {
    method: 'GET',
    path: '/api/schedules/history',
    input: z.object({ id: z.string().optional() }),
    summary: 'What became of each start, newest first; of one schedule with `id`',
  },
  changeSchedule: {
    method: 'POST',
    path: '/api/schedules/:id',
    input: ScheduleChange,
    summary: 'Change a schedule, pause it or go on with it; what was due before is not caught up with',
  },
  deleteSchedule: {
    method: 'DELETE',
    path: '/api/schedules/:id',
    input: none,
    summary: 'Delete a schedule; its history stays',
  },
  runSchedule: {
    method: 'POST',
    path: '/api/schedules/:id/run',
    input: none,
    summary: 'Start it now, outside of its hours too',
  },
  maintenance: {
    method: 'GET',
    path: '/api/maintenance',
    input: none,
    summary: 'Times in which no schedule starts anything, those to come and those of now',
  },
  addMaintenance: {
    method: 'POST',
    path: '/api/maintenance',
    input: MaintenanceWish,
    summary: 'Start nothing by schedule between two instants',
  },
  removeMaintenance: {
    method: 'DELETE',
    path: '/api/maintenance/:id',
    input: none,
    summary: 'Take a maintenance back',
  },
} as const;
