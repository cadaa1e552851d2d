import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StormglassError } from '@stormglass/agents/contract';
import { loadExperiments, runExperiment } from '@stormglass/chaos/engine';
import { loadGameDays } from '@stormglass/chaos/gameday';
import { type Env, readEnv } from './env.ts';
import { loadPages, noPages, type Pages } from './http/pages.ts';
import { createLog } from './log.ts';
import { startServer } from './server.ts';
import { systemTime } from './time.ts';
import { noReaders, noTelemetry, openReaders, openTelemetry } from './window/telemetry.ts';

const WEB = join(dirname(fileURLToPath(import.meta.url)), '..');
const STOP_LIMIT_MS = 2_800;
const EXPERIMENTS = join(WEB, '..', 'chaos', 'experiments');
const GAMEDAYS = join(WEB, '..', 'chaos', 'gamedays');

async function main(): Promise<void> {
  const env = readEnv(process.env);
  const log = createLog(env.LOG_LEVEL);
  const folder = env.STORMGLASS_EXPERIMENTS ?? EXPERIMENTS;
  let pages: Promise<Pages> | undefined;
  const server = await startServer({
    env,
    version: readVersion(),
    time: systemTime,
    log,
    ...openStore(env),
    runExperiment,
    loadExperiments: () => loadExperiments(folder),
    loadGameDays: () => loadGameDays(env.STORMGLASS_GAMEDAYS ?? GAMEDAYS),
    pages: () => pages ?? Promise.resolve(noPages),
  });
  if (env.STORMGLASS_NO_PAGES === '0') pages = loadPages(WEB);

  const stop = (signal: string) => {
    log.info({ signal }, 'stopping');
    // Whoever started us kills us after 3 s; the state file is whole at every instant.
    setTimeout(() => process.exit(0), STOP_LIMIT_MS).unref();
    const closed = server.close().then(async () => (await pages)?.close());
    closed.then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'did not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', (signal) => stop(signal));
  process.once('SIGINT', (signal) => stop(signal));
  // A build that is missing or broken is said at once, not at the first click.
  await pages;
}

function openStore({ CLICKHOUSE_URL: url, CLICKHOUSE_PASSWORD: password }: Env) {
  if (url === undefined) return { telemetry: noTelemetry(), readers: noReaders() };
  return { telemetry: openTelemetry(url, password), readers: openReaders(url, password) };
}

function readVersion(): string {
  const file = JSON.parse(readFileSync(join(WEB, 'package.json'), 'utf8')) as { version: string };
  return file.version;
}

main().catch((error: unknown) => {
  const known = error instanceof StormglassError;
  createLog('info').fatal(
    known ? { code: error.code, next: error.next } : { err: error },
    known ? error.message : 'failed',
  );
  process.exit(1);
});
