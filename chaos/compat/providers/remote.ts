import { item } from '../py/access.ts';
import { activityFailed, invalid } from '../py/error.ts';
import { parseJson, writeJson } from '../py/json.ts';
import { str } from '../py/text.ts';
import type { Value } from '../py/value.ts';
import type { Provider, Providers } from './provider.ts';

/** What a dashboard does for an activity; throws an error whose message says what went wrong. */
export type Ask = (provider: unknown) => Promise<unknown>;

/** Providers of Stormglass which need a run of the dashboard: what they look at is the run itself. */
const IN_RUNS_ONLY = ['protection', 'sli', 'breaker', 'queue', 'saga', 'invariant', 'recovered'];

export const REMOTE_TYPES = ['fault', 'control'];

/** Stormglass's own providers: a dashboard does the first ones, the others are refused with the way out. */
export function remoteProviders(ask: Readonly<Record<string, Ask>>): Providers {
  const done = Object.entries(ask).map(([type, call]): [string, Provider] => [type, remote(call)]);
  const refused = IN_RUNS_ONLY.map((type): [string, Provider] => [type, refusing(type)]);
  return Object.fromEntries([...done, ...refused]);
}

function remote(ask: Ask): Provider {
  return {
    check: () => undefined,
    async run(activity) {
      const provider: unknown = JSON.parse(writeJson(item(activity, 'provider')));
      try {
        return parseJson(JSON.stringify((await ask(provider)) ?? null));
      } catch (error) {
        throw activityFailed(error instanceof Error ? error.message : String(error));
      }
    },
  };
}

function refusing(type: string): Provider {
  const refusal = (activity: Value) => {
    const hint = 'Run the file without --compat: it is the dashboard that measures.';
    const name = str(item(activity, 'name'));
    return invalid(
      'InvalidActivity',
      `provider type '${type}' of activity '${name}' works only in strict mode`,
      hint,
    );
  };
  return {
    check(activity) {
      throw refusal(activity);
    },
    run: (activity) => Promise.reject(refusal(activity)),
  };
}
