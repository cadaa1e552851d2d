import { type FaultType, StormglassError } from '../../../contract/index.ts';
import type { ControlRegistry } from '../../controls.ts';
import type { Effect, Grip, Injector } from '../../leases.ts';
import { standing } from '../../standing.ts';
import { processCrash } from './crash.ts';
import { discoveryStale, registryBlank } from './discovery.ts';
import { clockSkew, keyRotated, tokenExpired } from './identity.ts';
import type { Ask, ControlPlan } from './plan.ts';
import { retryStorm, trafficFlood } from './traffic.ts';

const PLANS: Partial<Record<FaultType, ControlPlan>> = {
  process_crash: processCrash,
  key_rotated: keyRotated,
  token_expired: tokenExpired,
  clock_skew: clockSkew,
  discovery_stale: discoveryStale,
  registry_blank: registryBlank,
  traffic_flood: trafficFlood,
  retry_storm: retryStorm,
};

/**
 * Faults that a service is asked for by its own controls: it knows how to rotate its keys or to repeat without a pause,
 * and whoever offers the same control gets the same fault. What was set is gone with the process.
 */
export class ControlledFaults implements Injector {
  readonly #controls: ControlRegistry;
  readonly #held = new Set<string>();

  constructor(controls: ControlRegistry) {
    this.#controls = controls;
  }

  get capabilities(): string[] {
    const offered = new Set(this.#controls.describe().map(({ name }) => name));
    return Object.entries(PLANS)
      .filter(([, { needs }]) => needs.every((name) => offered.has(name)))
      .map(([type]) => `${type}:service`);
  }

  async arm(grip: Grip): Promise<Effect> {
    const { action } = grip.lease.spec;
    const plan = PLANS[action.type];
    if (plan === undefined) {
      throw new StormglassError(
        'fault_unsupported',
        `${action.type} has no control`,
        'Choose another fault.',
      );
    }
    if (this.#held.has(action.type)) {
      throw new StormglassError(
        'conflict',
        `${action.type} is on here already`,
        'Release that fault first: what it set would be taken for the ordinary state.',
      );
    }
    this.#held.add(action.type);
    try {
      const effect = await this.#apply(plan, grip);
      return {
        end: async () => {
          const back = await effect.end();
          this.#held.delete(action.type);
          return back;
        },
      };
    } catch (error) {
      this.#held.delete(action.type);
      throw error;
    }
  }

  async #apply(plan: ControlPlan, grip: Grip): Promise<Effect> {
    const { action } = grip.lease.spec;
    if (!plan.stays) return standing(grip, await plan.apply(action, this.#ask));
    const over = grip.take();
    if (over === null) {
      throw new StormglassError('conflict', 'the lease is over', 'Arm a new fault if it is still wanted.');
    }
    const undo = await plan.apply(action, this.#ask);
    return {
      end: async () => {
        const back = await undo();
        over();
        return back;
      },
    };
  }

  readonly #ask: Ask = async (name, input) => {
    const answer = await this.#controls.invoke({ name, input, by: 'stormglass' });
    if (answer.ok) return answer.result;
    throw new StormglassError('control_failed', `${name}: ${answer.message}`, answer.next);
  };
}
