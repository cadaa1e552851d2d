import type { ToxicType } from '../stage.ts';
import { bandwidth } from './bandwidth.ts';
import { http } from './http.ts';
import { latency } from './latency.ts';
import { limitData } from './limit-data.ts';
import { noop } from './noop.ts';
import { partition } from './partition.ts';
import { resetPeer } from './reset-peer.ts';
import { slicer } from './slicer.ts';
import { slowClose } from './slow-close.ts';
import { timeout } from './timeout.ts';

/** The proxy refuses connections and has none, as with `enabled: false`, but with an end of its own. */
const down: ToxicType<Record<string, never>> = { zeros: {} };

/** Every kind of toxic by the name it has in the API: first Toxiproxy's, then ours. */
export const TOXIC_TYPES: ReadonlyMap<string, ToxicType> = new Map<string, ToxicType>([
  ['noop', noop],
  ['latency', latency],
  ['bandwidth', bandwidth],
  ['slow_close', slowClose],
  ['timeout', timeout],
  ['reset_peer', resetPeer],
  ['slicer', slicer],
  ['limit_data', limitData],
  ['down', down],
  ['partition', partition],
  ['http', http],
]);
