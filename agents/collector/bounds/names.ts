import { OVERFLOW_NAME } from '../../contract/telemetry.ts';
import type { TelemetryStore } from '../store/port.ts';

/** A name that a service has used: an operation of its own, or a peer. */
export interface UsedName {
  service: string;
  what: 'operation' | 'peer';
  name: string;
}

/** What a restart remembers: a day of it would be read for seconds. */
const LOOK_BACK_SECONDS = 3600;

/** Names in use before a restart, the busiest first, so that they are the ones which keep their place. */
export async function namesInUse(engine: Pick<TelemetryStore, 'query'>): Promise<UsedName[]> {
  const bytes = await engine.query(
    `SELECT Service AS service, if(Kind = 'server', 'operation', 'peer') AS what,
      toString(if(Kind = 'server', Operation, Peer)) AS name FROM stormglass_traffic
     WHERE Second > now() - ${LOOK_BACK_SECONDS} AND Service != '${OVERFLOW_NAME}'
     GROUP BY service, what, name HAVING name != '${OVERFLOW_NAME}' ORDER BY sum(Calls) DESC LIMIT 50000`,
    { params: {}, settings: {}, format: 'JSONEachRow' },
  );
  const lines = Buffer.from(bytes).toString().split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as UsedName);
}
