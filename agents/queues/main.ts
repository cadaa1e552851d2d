/**
 * The queue agent: a process of its own which samples the broker's queues once a second and acts on them for the
 * dashboard, and scrapes the Prometheus endpoints of other people's breakers and queues. Environment: BROKER_URL with
 * QUEUES (comma separated) and, for a RabbitMQ whose management API is not on port 15672 of the same host,
 * BROKER_MANAGEMENT_URL; SCRAPE_TARGETS (`payments=http://host:8080/metrics,...`) with SCRAPE_SECONDS, at least one of
 * the two; PORT (optional, for GET /healthz and /metrics) with HOST (127.0.0.1), and OTEL_*, STORMGLASS_* as for every
 * agent.
 */
import { pino } from 'pino';
import { z } from 'zod';
import type { AgentHello } from '../contract/index.ts';
import { type Channel, openChannel } from '../node/channel.ts';
import { systemClock } from '../node/clock.ts';
import { ControlRegistry } from '../node/controls.ts';
import { readSettings, type Settings } from '../node/settings.ts';
import { startTelemetry } from '../node/telemetry.ts';
import type { QueueCollector } from './collector.ts';
import { registerQueueControls } from './controls.ts';
import { serveHealth } from './health.ts';
import { openCollector } from './open.ts';
import { QueueReport } from './report.ts';
import { sampleEverySecond } from './sampling.ts';
import { parseTargets, startScraping } from './scrape/scraper.ts';

const Env = z
  .object({
    HOST: z.string().default('127.0.0.1'),
    PORT: z.coerce.number().int().min(0).max(65_535).optional(),
    BROKER_URL: z.url({ protocol: /^(postgres(ql)?|rediss?|amqps?|kafka|redis-pubsub)$/ }).optional(),
    BROKER_MANAGEMENT_URL: z.url({ protocol: /^https?$/ }).optional(),
    QUEUES: z
      .string()
      .default('notifications')
      .transform((text) => text.split(',').map((name) => name.trim()))
      .pipe(z.array(z.string().min(1)).min(1)),
    SCRAPE_TARGETS: z
      .string()
      .default('')
      .transform((text, context) => {
        try {
          return parseTargets(text);
        } catch (error) {
          context.addIssue(String(error));
          return z.NEVER;
        }
      }),
    SCRAPE_SECONDS: z.coerce.number().min(1).max(3_600).default(5),
  })
  .refine((env) => env.BROKER_URL !== undefined || env.SCRAPE_TARGETS.length > 0, {
    error: 'there is nothing to watch: set BROKER_URL or SCRAPE_TARGETS',
  });
type Env = z.output<typeof Env>;

const log = pino({ name: 'queue-agent' });
const env = Env.safeParse(process.env);
if (env.success) {
  await run(env.data);
} else {
  log.fatal(`the queue agent cannot start: ${z.prettifyError(env.error)}`);
  process.exitCode = 1;
}

async function run(env: Env): Promise<void> {
  const settings = readSettings({ OTEL_SERVICE_NAME: 'queue-agent', ...process.env }, process.pid);
  for (const warning of settings.warnings) log.warn(warning);
  const telemetry = startTelemetry(settings);
  const down = new AbortController();
  const broker =
    env.BROKER_URL === undefined
      ? null
      : watch(await openBroker(env.BROKER_URL, env), env, settings, telemetry.dropped, down.signal);
  scrapeAll(env, settings, down.signal);
  const health =
    env.PORT === undefined ? null : serveHealth(env.HOST, env.PORT, () => broker?.isRead() ?? true);
  process.once('SIGTERM', () => void stop());
  process.once('SIGINT', () => void stop());

  async function stop(): Promise<void> {
    down.abort();
    health?.close();
    await Promise.allSettled([broker?.close(), telemetry.flush(1_000)]);
    process.exit(0);
  }
}

function openBroker(url: string, env: Env): Promise<QueueCollector> {
  const management = env.BROKER_MANAGEMENT_URL ?? null;
  const onError = (error: Error) => log.warn({ err: error }, 'broker connection broke');
  return openCollector({ url, queues: env.QUEUES, management, onError });
}

/** The broker's queues: readings of them, and what the dashboard can do to them. */
function watch(
  collector: QueueCollector,
  env: Env,
  settings: Settings,
  dropped: Readonly<Record<string, number>>,
  down: AbortSignal,
): { isRead(): boolean; close(): Promise<void> } {
  const controls = new ControlRegistry();
  registerQueueControls(controls, collector);
  const channel = settings.hub === null ? null : connect(settings.hub, settings, controls, dropped);
  const report = new QueueReport(collector.system, systemClock);
  const reading = sampleEverySecond(collector, report, log, down);
  log.info({ queues: env.QUEUES }, 'watching queues');
  return {
    isRead: () => reading() === 'read',
    close: async () => {
      channel?.close();
      await collector.close();
    },
  };
}

function scrapeAll(env: Env, settings: Settings, down: AbortSignal): void {
  const { SCRAPE_TARGETS: targets, SCRAPE_SECONDS: seconds } = env;
  if (targets.length === 0) return;
  if (settings.otlp === null) {
    log.warn('nothing is scraped: set OTEL_EXPORTER_OTLP_ENDPOINT, where it is to be sent');
    return;
  }
  const otlp = { url: settings.otlp, headers: settings.otlpHeaders };
  startScraping({ targets, everyMs: seconds * 1000, otlp, log, down });
  log.info({ targets }, 'scraping');
}

function connect(
  hub: string,
  settings: Settings,
  controls: ControlRegistry,
  dropped: Readonly<Record<string, number>>,
): Channel {
  const hello = (): AgentHello => ({
    agentId: `${settings.instance}:${process.pid}`,
    kind: 'queues',
    service: settings.service,
    instance: settings.instance,
    version: settings.version,
    pid: process.pid,
    startedAt: Math.round(performance.timeOrigin),
    chaosAllowed: false,
    capabilities: [],
    reach: [],
    leases: [],
    protections: [],
    controls: controls.describe(),
    dropped: { ...dropped },
  });
  return openChannel({
    hub,
    key: settings.hubKey,
    hello,
    unref: false,
    onState: (problem) => {
      if (problem === null) log.info({ hub }, 'connected to the hub');
    },
    handlers: {
      arm: () => ({
        ok: false,
        code: 'fault_unsupported',
        message: 'the queue agent injects no faults',
        next: "Send a consumer fault to the consumer's own agent.",
      }),
      renew: () => {},
      release: () => null,
      halt: () => ({ ended: [], readBackAt: Date.now() }),
      invoke: (call) => controls.invoke(call),
    },
  });
}
