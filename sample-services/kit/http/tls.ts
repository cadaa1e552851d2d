import { readFileSync } from 'node:fs';
import type { ServerOptions } from 'node:https';
import { join } from 'node:path';
import { required, type ShopEnv } from '../env.ts';
import type { ClientTls } from '../peer/endpoints.ts';

/** The shop's door: its customers have no certificates of ours. */
const DOOR = 'gateway';

/** How a service proves itself on a connection, and whom it believes: certificates of the shop's own authority. */
export interface Tls {
  /** Null where customers come in. */
  server: ServerOptions | null;
  /** For connections to that service: its certificate must bear its name. */
  client(service: string): ClientTls;
}

/** Null unless SHOP_MTLS is on. */
export function openTls(env: ShopEnv, service: string): Tls | null {
  if (env.SHOP_MTLS === 'off') return null;
  const folder = required(env, 'SHOP_TLS_DIR');
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  const own = { ca: read('ca.pem'), cert: read(`${service}.pem`), key: read(`${service}.key`) };
  return {
    server: service === DOOR ? null : { ...own, requestCert: true, rejectUnauthorized: true },
    // The name in its certificate, whatever address it is reached at.
    client: (servername) => ({ ...own, servername }),
  };
}
