/**
 * The queue agent: a process of its own which samples the broker's queues once a second and acts on them for the
 * dashboard. Environment: BROKER_URL, QUEUES (comma separated), PORT (optional, for
 * GET /healthz and /metrics), and OTEL_*, STORMGLASS_* as for every agent.
 */
import { pino } from 'pino';
import { z } from 'zod';
import type { AgentHello } from '../contract/index.ts';
import { type Channel, openChannel } from '../node/channel.ts';
import { systemClock } from '../node/clock.ts';
import { ControlRegistry } from '../node/controls.ts';
import { readSettings, type Settings } from '../node/settings.ts';
import { startTelemetry } from '../node/telemetry.ts';
import { BullmqCollector } from './bullmq.ts';
import { registerQueueControls } from './controls.ts';
import { serveHealth } from './health.ts';
import { QueueReport } from './report.ts';
import { sampleEverySecond } from './sampling.ts';

const Env = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  BROKER_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  QUEUES: z
    .string()
    .default('notifications')
    .transform((text) => text.split(',').map((name) => name.trim()))
    .pipe(z.array(z.string().min(1)).min(1)),
});

const log = pino({ name: 'queue-agent' });
const env = Env.safeParse(process.env);
if (env.success) {
  run(env.data);
} else {
  log.fatal(`the queue agent cannot start: ${z.prettifyError(env.error)}`);
  process.exitCode = 1;
}

function run(env: z.output<typeof Env>): void {
  const settings = readSettings({ OTEL_SERVICE_NAME: 'queue-agent', ...process.env }, process.pid);
  for (const warning of settings.warnings) log.warn(warning);
  const telemetry = startTelemetry(settings);
  const collector = new BullmqCollector(env.BROKER_URL, env.QUEUES, (error) =>
    log.warn({ err: error }, 'broker connection broke'),
  );
  const controls = new ControlRegistry();
  registerQueueControls(controls, collector);
  const channel = settings.hub === null ? null : connect(settings.hub, settings, controls, telemetry.dropped);
  const down = new AbortController();
  const report = new QueueReport(collector.system, systemClock);
  const reading = sampleEverySecond(collector, report, log, down.signal);
  const health = env.PORT === undefined ? null : serveHealth(env.PORT, () => reading() === 'read');
  log.info({ queues: env.QUEUES }, 'watching queues');
  process.once('SIGTERM', () => void stop());
  process.once('SIGINT', () => void stop());

  async function stop(): Promise<void> {
    down.abort();
    health?.close();
    channel?.close();
    await Promise.allSettled([collector.close(), telemetry.flush(1_000)]);
    process.exit(0);
  }
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
