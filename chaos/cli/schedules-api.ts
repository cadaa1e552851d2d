import { z } from 'zod';
import {
  Maintenance,
  type MaintenanceWish,
  type ScheduleChange,
  ScheduleView,
  type ScheduleWish,
  StartView,
} from '../contract/index.ts';
import { type Http, named } from './http.ts';

const Schedules = z.object({ schedules: z.array(ScheduleView) });
const Starts = z.object({ starts: z.array(StartView) });
const Windows = z.object({ maintenance: z.array(Maintenance) });

/** The dashboard's rows about schedules. */
export class SchedulesApi {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  async list(): Promise<ScheduleView[]> {
    const asked = { method: 'GET', path: '/api/schedules', answer: Schedules } as const;
    return (await this.#http.call(asked)).schedules;
  }

  add(body: z.input<typeof ScheduleWish>): Promise<ScheduleView> {
    return this.#http.call({ method: 'POST', path: '/api/schedules', answer: ScheduleView, body });
  }

  change(id: string, body: ScheduleChange): Promise<ScheduleView> {
    return this.#http.call({ method: 'POST', path: named('/api/schedules', id), answer: ScheduleView, body });
  }

  remove(id: string): Promise<ScheduleView> {
    return this.#http.call({ method: 'DELETE', path: named('/api/schedules', id), answer: ScheduleView });
  }

  runNow(id: string): Promise<StartView> {
    const path = named('/api/schedules', id, '/run');
    return this.#http.call({ method: 'POST', path, answer: StartView, body: {} });
  }

  /** Newest first; of all schedules where none is named. */
  async history(id: string | undefined): Promise<StartView[]> {
    const path = `/api/schedules/history${id === undefined ? '' : `?id=${encodeURIComponent(id)}`}`;
    return (await this.#http.call({ method: 'GET', path, answer: Starts })).starts;
  }

  async maintenance(): Promise<Maintenance[]> {
    const asked = { method: 'GET', path: '/api/maintenance', answer: Windows } as const;
    return (await this.#http.call(asked)).maintenance;
  }

  addMaintenance(body: z.infer<typeof MaintenanceWish>): Promise<Maintenance> {
    return this.#http.call({ method: 'POST', path: '/api/maintenance', answer: Maintenance, body });
  }

  async removeMaintenance(id: string): Promise<void> {
    const answer = z.object({ id: z.string() });
    await this.#http.call({ method: 'DELETE', path: named('/api/maintenance', id), answer });
  }
}
