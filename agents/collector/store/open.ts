import type { Logger } from 'pino';
import type { CollectorConfig } from '../config.ts';
import type { TelemetryStore } from './port.ts';
import { serverAddress } from './remote/settings.ts';

/** The embedded engine, or with CLICKHOUSE_URL a server; the native engine is loaded only where it is used. */
export async function openStore(config: CollectorConfig, log: Logger): Promise<TelemetryStore> {
  const address = serverAddress(config);
  if (address !== null) {
    const { RemoteStore } = await import('./remote/store.ts');
    return RemoteStore.open(address, log);
  }
  const { Engine } = await import('./engine.ts');
  return Engine.open({
    dir: config.COLLECTOR_DATA_DIR,
    memoryBytes: config.COLLECTOR_ENGINE_MEMORY_BYTES,
  });
}
