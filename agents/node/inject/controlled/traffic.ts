import { CONTROL, type PeerSettings } from '../../../contract/index.ts';
import type { ReadBack } from '../../leases.ts';
import { demand } from '../demand.ts';
import type { Ask, ControlPlan } from './plan.ts';

export const trafficFlood: ControlPlan = {
  needs: ['load.set'],
  apply: async (action, ask) => {
    const { result } = CONTROL['load.set'];
    const { rate } = demand(action, 'traffic_flood');
    const before = result.parse(await ask('load.set', {})).rate;
    await ask('load.set', { rate });
    return async () => {
      const now = result.parse(await ask('load.set', { rate: before })).rate;
      return { words: `sends ${now} per second`, reverted: now === before };
    };
  },
};

interface Peer {
  name: string;
  settings: PeerSettings;
}
type Pauses = Pick<PeerSettings, 'retries' | 'retryBaseMs' | 'retryCapMs'>;

/** Pauses and jitter of every peer are taken away, and put back as they were. */
export const retryStorm: ControlPlan = {
  needs: ['resilience.get', 'resilience.set', 'switch.set'],
  apply: async (action, ask) => {
    const { retries } = demand(action, 'retry_storm');
    const { peers } = CONTROL['resilience.get'].result.parse(await ask('resilience.get', {}));
    const undo = () => putBack(peers, ask);
    try {
      await ask('switch.set', { name: 'jitter', on: false });
      for (const { name } of peers) await setPauses(name, { retries, retryBaseMs: 0, retryCapMs: 0 }, ask);
    } catch (error) {
      await undo();
      throw error;
    }
    return undo;
  },
};

async function putBack(peers: readonly Peer[], ask: Ask): Promise<ReadBack> {
  const jitter = CONTROL['switch.set'].result.parse(await ask('switch.set', { name: 'jitter', on: true }));
  for (const { name, settings } of peers) await setPauses(name, settings, ask);
  const now = CONTROL['resilience.get'].result.parse(await ask('resilience.get', {})).peers;
  const same = (peer: Peer) => {
    const { retries, retryBaseMs, retryCapMs } = peer.settings;
    const found = now.find(({ name }) => name === peer.name)?.settings;
    return found?.retries === retries && found.retryBaseMs === retryBaseMs && found.retryCapMs === retryCapMs;
  };
  const restored = peers.filter(same).length;
  return {
    words: `${restored} of ${peers.length} peers repeat as before, jitter is ${jitter.on ? 'on' : 'off'}`,
    reverted: jitter.on && restored === peers.length,
  };
}

async function setPauses(name: string, from: Pauses, ask: Ask): Promise<void> {
  const { retries, retryBaseMs, retryCapMs } = from;
  await ask('resilience.set', { kind: 'peer', name, settings: { retries, retryBaseMs, retryCapMs } });
}
