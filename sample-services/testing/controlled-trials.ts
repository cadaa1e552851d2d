import type { Trial } from '../../agents/node/testing/battery.ts';

type State = 'well' | 'hurt';

/** What clients of the shop see of the faults that its services are asked for. */
export interface ControlledShop {
  /** A token given out just now. */
  token(): Promise<string>;
  accepted(token: string): Promise<boolean>;
  issuedAt(token: string): number;
  /** The instances of `shipping` that the registry names, after one has registered. */
  instances(): Promise<string[]>;
  /** How many requests customers have got from the load generator. */
  sent(): number;
  /** How often the gateway calls behind itself for one request that fails. */
  repeated(): Promise<number>;
}

/** A trial whose client looks once each time. */
function trialOf(service: string, action: Trial['fault']['action'], look: () => Promise<State>): Trial {
  let seen: State[] = [];
  return {
    name: action.type,
    fault: { action, target: { kind: 'service', service } },
    provoke: () => look().then((one) => seen.push(one)),
    sees: () => {
      const one = seen.at(-1) ?? null;
      seen = [];
      return one;
    },
    without: { receipt: 'it holds for all that the service does, and no single call is picked' },
  };
}

/** By the service whose agent injects them. */
export function controlledTrials(shop: () => ControlledShop): Record<string, Trial[]> {
  const judge = (well: boolean): State => (well ? 'well' : 'hurt');
  let held: string | null = null;
  const heldToken = async () => {
    const token = held ?? (await shop().token());
    const accepted = await shop().accepted(token);
    held = accepted ? token : null;
    return judge(accepted);
  };
  let sent = 0;
  const quiet = async () => {
    const before = sent;
    sent = shop().sent();
    return judge(sent === before);
  };
  let calm: number | null = null;
  const repeats = async () => {
    const calls = await shop().repeated();
    calm ??= calls;
    return judge(calls <= calm);
  };
  const HOUR = 3_600_000;
  return {
    identity: [
      trialOf('identity', { type: 'key_rotated' }, heldToken),
      trialOf('identity', { type: 'token_expired' }, async () =>
        judge(await shop().accepted(await shop().token())),
      ),
      trialOf('identity', { type: 'clock_skew', offsetMs: -HOUR }, async () =>
        judge(shop().issuedAt(await shop().token()) > Date.now() - HOUR / 2),
      ),
    ],
    registry: [
      trialOf('registry', { type: 'registry_blank' }, async () =>
        judge((await shop().instances()).includes('shipping-9')),
      ),
      trialOf('registry', { type: 'discovery_stale', entry: 'shipping' }, async () =>
        judge(!(await shop().instances()).includes('shipping-gone')),
      ),
    ],
    loadgen: [trialOf('loadgen', { type: 'traffic_flood', rate: 100 }, quiet)],
    gateway: [trialOf('gateway', { type: 'retry_storm' }, repeats)],
  };
}
