// The engine's queries, fsync and zlib share libuv's pool; with its default of 4 threads a few slow queries would hold
// up every acknowledgement. It must be set before anything uses the pool.
process.env.UV_THREADPOOL_SIZE = '16';

const { pino } = await import('pino');
const { StormglassError } = await import('../contract/errors.ts');
const { CollectorConfig } = await import('./config.ts');
const { startCollector } = await import('./collector.ts');

const parsed = CollectorConfig.safeParse(process.env);
const log = pino({ name: 'collector', level: process.env.LOG_LEVEL ?? 'info' });
if (!parsed.success) {
  log.fatal({ issues: parsed.error.issues }, 'the environment of the collector is not complete');
  process.exit(2);
}

// From here on, so that a signal during the start does not cut the engine off while it makes its tables.
const stopped = new Promise<void>((resolve) => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve());
});
const collector = await startCollector(parsed.data, log).catch((cause: unknown) => {
  const next = cause instanceof StormglassError ? { next: cause.next } : {};
  log.fatal({ err: cause, ...next }, 'the collector could not start');
  process.exit(1);
});
log.info({ event: 'ready', ports: collector.ports }, 'collector ready');
await stopped;
try {
  await collector.close();
} catch (cause) {
  log.error({ err: cause }, 'collector did not stop cleanly');
  process.exit(1);
}
process.exit(0);
