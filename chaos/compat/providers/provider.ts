import type { Log } from '../log.ts';
import type { Value } from '../py/value.ts';
import type { Scope } from '../scope.ts';

/** What an activity may touch beside its own arguments. */
export interface Surroundings {
  env: NodeJS.ProcessEnv;
  log: Log;
  /** Aborted when a signal reaches the run: what is running has to end at once. */
  signal: AbortSignal;
}

/** One kind of provider: what makes an activity of it invalid, and how it is done. */
export interface Provider {
  /** Throws what the reference raises. */
  check(activity: Value, env: NodeJS.ProcessEnv): void;
  /** Throws `ActivityFailed` for a failed activity; anything else aborts the method, as in the reference. */
  run(activity: Value, scope: Scope, surroundings: Surroundings): Promise<Value>;
}

/** By `provider.type`. */
export type Providers = Readonly<Record<string, Provider>>;

export const isQuiet = (activity: Value): boolean => activity instanceof Map && activity.has('tolerance');
