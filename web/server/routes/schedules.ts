import type { SCHEDULES_API } from '../../live/schedules-api.ts';
import { type Handlers, type Parts, param } from './handler.ts';

export function scheduleRoutes({
  schedules,
  maintenance,
}: Parts): Pick<Handlers, keyof typeof SCHEDULES_API> {
  return {
    schedules: () => ({ schedules: schedules.list() }),
    createSchedule: ({ input, who }) => schedules.create(input, who),
    scheduleStarts: ({ input }) => ({ starts: schedules.history(input.id ?? null) }),
    changeSchedule: (call) => schedules.change(param(call, 'id'), call.input, call.who),
    deleteSchedule: (call) => schedules.remove(param(call, 'id'), call.who),
    runSchedule: (call) => schedules.runNow(param(call, 'id'), call.who),
    maintenance: () => ({ maintenance: maintenance.list() }),
    addMaintenance: ({ input, who }) => maintenance.add(input, who),
    removeMaintenance: (call) => maintenance.remove(param(call, 'id'), call.who),
  };
}
