import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../host/free-port.ts';
import { POSTGRES, postgresFolder, Supervisor, startPostgres } from '../../host/index.ts';
import { TestHub } from './hub.ts';
import { OtlpSink } from './otlp-sink.ts';
import { type Running, runService } from './run.ts';

/** A service of the tests on a PostgreSQL of its own, with its agent on a hub. */
export interface Pooled {
  hub: TestHub;
  sink: OtlpSink;
  running: Running;
  stop(): Promise<void>;
}

/** `variable` gets the address of the database. */
export async function startPooled(
  name: string,
  main: string,
  variable: 'DATABASE_URL' | 'BROKER_URL',
  env: Record<string, string> = {},
): Promise<Pooled> {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`));
  const supervisor = new Supervisor({ logDir: join(folder, 'logs'), onEvent: () => undefined });
  const postgres = await startPostgres({ supervisor, dataDir: folder, port: await freePort() });
  const [sink, hub] = await Promise.all([OtlpSink.start(), TestHub.start()]);
  const running = await runService(
    name,
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
      STORMGLASS_HUB: hub.url,
      STORMGLASS_CHAOS: 'on',
      [variable]: await postgres.database(name),
      ...env,
    },
    fileURLToPath(new URL(main, import.meta.url)),
  );
  return {
    ...{ hub, sink, running },
    stop: async () => {
      await running.stop();
      await Promise.all([hub.close(), sink.close()]);
      await supervisor.stop([POSTGRES]);
      rmSync(postgresFolder(folder), { recursive: true, force: true });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
