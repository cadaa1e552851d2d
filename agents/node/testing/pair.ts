import { vi } from 'vitest';
import { TestHub } from './hub.ts';
import { OtlpSink } from './otlp-sink.ts';
import { type Running, runService } from './run.ts';

/** A service that calls a peer, both with an agent of ours that speaks to a hub and sends to a sink. */
export interface Pair {
  sink: OtlpSink;
  hub: TestHub;
  peer: Running;
  service: Running;
  stop(): Promise<void>;
}

export interface PairOptions {
  /** Environment of both, besides where hub and sink are. */
  env?: Record<string, string>;
  /** What both run, besides the usual service. */
  main?: string;
  /** What peer and service must have said that they can do before they are used. */
  capabilities?: { peer: string; service: string };
}

const soon = { timeout: 60_000, interval: 20 };

export async function startPair({ env = {}, main, capabilities }: PairOptions = {}): Promise<Pair> {
  const sink = await OtlpSink.start();
  const hub = await TestHub.start();
  const shared = {
    ...{ OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, STORMGLASS_HUB: hub.url, STORMGLASS_CHAOS: 'on' },
    ...env,
  };
  const peer = await runService('peer', shared, main);
  const own = {
    ...shared,
    PEER_URL: peer.url,
    OTEL_INSTRUMENTATION_COMMON_PEER_SERVICE_MAPPING: `${peer.address}=peer`,
  };
  const service = await runService('service', own, main);
  for (const name of ['peer', 'service'] as const) {
    await vi.waitUntil(() => {
      const said = hub.hello(name)?.capabilities ?? [];
      return capabilities === undefined ? said.length > 0 : said.includes(capabilities[name]);
    }, soon);
  }
  return {
    ...{ sink, hub, peer, service },
    stop: async () => {
      await Promise.all([peer.stop(), service.stop()]);
      await Promise.all([hub.close(), sink.close()]);
    },
  };
}
