import type { Run } from '../contract/index.ts';

/** True when the run came as far as hurting something: what it measured then is of the fault. */
export function wasInjected({ events }: Pick<Run, 'events'>): boolean {
  return events.some((event) => event.type === 'fault-armed');
}
