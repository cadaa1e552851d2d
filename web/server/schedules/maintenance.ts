import { randomUUID } from 'node:crypto';
import { StormglassError } from '@stormglass/agents/contract';
import type { Maintenance, MaintenanceWish } from '@stormglass/chaos/contract';
import type { z } from 'zod';
import type { State } from '../state/index.ts';
import type { Time } from '../time.ts';

/** Times in which no schedule starts anything. What runs already goes on. */
export class MaintenanceWindows {
  readonly #state: State;
  readonly #time: Time;

  constructor(state: State, time: Time) {
    this.#state = state;
    this.#time = time;
  }

  /** Those that have not ended. */
  list(): Maintenance[] {
    return this.#state.schedules.maintenance(this.#time.now());
  }

  add(wish: z.infer<typeof MaintenanceWish>, who: string): Maintenance {
    const window = { ...wish, id: randomUUID(), createdBy: who };
    this.#state.schedules.saveMaintenance(window);
    const outcome = `${new Date(wish.from).toISOString()} to ${new Date(wish.to).toISOString()}`;
    this.#state.audit.add({ who, what: 'maintenance.add', subject: window.id, why: wish.title, outcome });
    return window;
  }

  remove(id: string, who: string): { id: string } {
    if (!this.#state.schedules.removeMaintenance(id)) {
      throw new StormglassError('not_found', `there is no maintenance ${id}`, 'See GET /api/maintenance.');
    }
    this.#state.audit.add({ who, what: 'maintenance.remove', subject: id, why: '', outcome: 'removed' });
    return { id };
  }
}
