import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import type { AgentHello, ChaosTerms, InjectionCount, LeaseEnded } from '../contract/index.ts';
import type { Channel } from './channel.ts';
import { startChaos } from './chaos.ts';
import { systemClock } from './clock.ts';
import { controls } from './controls.ts';
import { onExit } from './exit.ts';
import { tellHalt } from './halting.ts';
import type { Surroundings } from './inject/armed.ts';
import { ConsumerStop } from './inject/consumer-stop.ts';
import { ControlledFaults } from './inject/controlled/seam.ts';
import { EnvoyHeaders } from './inject/envoy-headers.ts';
import { HttpInSeam } from './inject/http-in.ts';
import { HttpOutSeam } from './inject/http-out.ts';
import { MessageSeam } from './inject/messaging/seam.ts';
import { PointSeam } from './inject/points.ts';
import { PoolExhaustion } from './inject/pool-exhaustion.ts';
import { cpuBurn } from './inject/resource/cpu-burn.ts';
import { eventLoopBlock } from './inject/resource/event-loop-block.ts';
import { memoryPressure } from './inject/resource/memory-pressure.ts';
import { Scopes } from './inject/scopes.ts';
import { StatementSeam } from './inject/statements/seam.ts';
import { instrumentAmqplib } from './instrument/amqplib/index.ts';
import { instrumentBullmq } from './instrument/bullmq/index.ts';
import { Workers } from './instrument/bullmq/workers.ts';
import { instrumentKafkajs } from './instrument/kafkajs/index.ts';
import { Breakers } from './instrument/opossum/index.ts';
import { instrumentWithOtel } from './instrument/otel.ts';
import { reportPgPools } from './instrument/pg-pool-metrics.ts';
import { PgPools } from './instrument/pg-pools.ts';
import { PgStatements } from './instrument/pg-statements.ts';
import type { LeaseTable } from './leases.ts';
import { LoadWatch } from './loads.ts';
import { Peers } from './peers.ts';
import { protectionStates } from './protections.ts';
import { runtime } from './runtime.ts';
import { readSettings, type Settings } from './settings.ts';
import { startTelemetry, type Telemetry } from './telemetry.ts';

/**
 * Starts the agent of this process. Whatever is wrong with hub, collector or configuration, the service runs on; what
 * went wrong is said once on stderr.
 */
export function startAgent(env: NodeJS.ProcessEnv): void {
  const settings = readSettings(env, process.pid);
  for (const warning of settings.warnings) warn(warning);
  const telemetry = startTelemetry(settings);
  runtime.flush = telemetry.flush;
  onExit(telemetry);
  const line = new HubLine();
  const scopes = new Scopes(systemClock, () => line.changedSoon());
  const around: Surroundings = { clock: systemClock, scopes };
  const headers = settings.envoyHeaders ? new EnvoyHeaders(settings.service, around) : null;
  const httpIn = new HttpInSeam({ ...around, headers, onChange: () => line.changed() });
  const loads = new LoadWatch((library, error) => warn(`${library} is not instrumented: ${String(error)}`));
  const peers = new Peers(settings.peers);
  const pools = new PgPools();
  reportPgPools(pools);
  const statements = new PgStatements();
  instrumentWithOtel(loads, peers, ownAddresses(settings), pools, statements);
  new Breakers(loads, systemClock, controls);
  const workers = new Workers();
  const messages = new MessageSeam(() => line.changed());
  instrumentBullmq(loads, workers, messages);
  instrumentAmqplib(loads, workers, messages);
  instrumentKafkajs(loads, messages);
  workers.onAdded(() => line.changed());
  pools.onAdded(() => line.changed());
  statements.onAttached(() => line.changed());
  controls.onChange(() => line.changed());
  const leases = startChaos({
    clock: systemClock,
    allowed: settings.chaosAllowed,
    self: settings,
    injectors: [
      httpIn,
      new HttpOutSeam(peers, around),
      new PointSeam(around),
      new ConsumerStop(workers),
      new PoolExhaustion(pools),
      new StatementSeam(statements),
      messages,
      new ControlledFaults(controls),
      cpuBurn,
      memoryPressure,
      eventLoopBlock,
    ],
    tell: line,
  });
  if (settings.hub === null) return;
  const terms = (said: ChaosTerms) => {
    scopes.accept(said);
    headers?.accept(said);
  };
  line.open(settings.hub, settings, { leases, telemetry, scopes, terms });
}

/** What the channel speaks for. */
interface Subject {
  leases: LeaseTable;
  telemetry: Telemetry;
  scopes: Scopes;
  terms: (said: ChaosTerms) => void;
}

/** Counts that only grow are told no more often, ms. */
const SOON_MS = 1_000;

/** The channel, which is loaded and opened only after the service had its chance to start. */
class HubLine {
  #channel: Channel | null = null;
  #cancelSoon: (() => void) | null = null;

  changed(): void {
    this.#channel?.sendHello();
  }

  changedSoon(): void {
    this.#cancelSoon ??= systemClock.after(SOON_MS, () => {
      this.#cancelSoon = null;
      this.changed();
    });
  }

  injections(count: InjectionCount): void {
    this.#channel?.injections(count);
  }

  leaseEnded(end: LeaseEnded): void {
    this.#channel?.leaseEnded(end);
  }

  open(hub: string, settings: Settings, { leases, telemetry, scopes, terms }: Subject): void {
    const hello = (): AgentHello => ({
      agentId: `${settings.instance}:${process.pid}`,
      kind: 'node',
      service: settings.service,
      instance: settings.instance,
      version: settings.version,
      pid: process.pid,
      startedAt: Math.round(performance.timeOrigin),
      chaosAllowed: settings.chaosAllowed,
      capabilities: leases.capabilities,
      reach: [],
      leases: leases.ids,
      controls: controls.describe(),
      protections: protectionStates(),
      scopesRefused: scopes.refused,
      dropped: { ...telemetry.dropped, ...(this.#channel ? { channel: this.#channel.dropped } : {}) },
    });
    const open = async () => {
      const { openChannel } = await import('./channel.ts');
      this.#channel = openChannel({
        hub,
        key: settings.hubKey,
        hello,
        handlers: {
          arm: (lease) => leases.arm(lease),
          renew: (renewal) => leases.renew(renewal),
          release: (faultId) => leases.release(faultId),
          halt: () => {
            tellHalt();
            return leases.halt();
          },
          terms,
          // What a control begins is the service's own work, traced like any other.
          invoke: (call) => context.with(ROOT_CONTEXT, () => controls.invoke(call)),
        },
      });
    };
    context.with(suppressTracing(context.active()), () => {
      open().catch((error: unknown) => warn(`no channel to ${hub}: ${String(error)}`));
    });
  }
}

function ownAddresses(settings: Settings): Set<string> {
  const own = new Set<string>();
  for (const url of [settings.otlp, settings.hub]) {
    const parsed = url === null ? null : URL.parse(url);
    if (parsed) own.add(`${parsed.hostname}:${parsed.port || (parsed.protocol === 'https:' ? 443 : 80)}`);
  }
  return own;
}

/** One JSON line, in the form of the services' own logs; the logger itself is not loaded yet. */
export function warn(message: string): void {
  const line = { level: 40, time: Date.now(), name: 'stormglass-agent', msg: message };
  process.stderr.write(`${JSON.stringify(line)}\n`);
}
