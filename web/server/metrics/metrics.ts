import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What the web process says about itself at GET /metrics. Default metrics of prom-client are left out: they fail promtool. */
export interface Metrics {
  registry: Registry;
  requests: Counter<'route' | 'method' | 'status'>;
  requestSeconds: Histogram<'route'>;
  framesSent: Counter;
  snapshotsSent: Counter;
  resumes: Counter<'result'>;
  dropped: Counter<'what'>;
  collectorReconnects: Counter;
  historyFills: Counter;
  historyGaps: Gauge;
  /** A gauge read when scraped. */
  observe(name: string, help: string, read: () => number): void;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const observe = (name: string, help: string, read: () => number) => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  };
  observe('stormglass_web_resident_memory_bytes', 'Resident memory of the web process.', () =>
    process.memoryUsage.rss(),
  );
  observe('stormglass_web_uptime_seconds', 'Seconds since the web process started.', () => process.uptime());
  const counter = <L extends string>(name: string, help: string, labelNames: L[] = []) =>
    new Counter({ name, help, labelNames, registers });
  return {
    registry,
    requests: counter('stormglass_web_requests_total', 'API requests.', ['route', 'method', 'status']),
    requestSeconds: new Histogram({
      name: 'stormglass_web_request_duration_seconds',
      help: 'Time to answer an API request.',
      labelNames: ['route'],
      buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
      registers,
    }),
    framesSent: counter('stormglass_web_live_frames_total', 'Live frames cut for browsers.'),
    snapshotsSent: counter('stormglass_web_live_snapshots_total', 'Live snapshots sent to browsers.'),
    resumes: counter('stormglass_web_live_resumes_total', 'Browsers that came back, by result.', ['result']),
    dropped: counter('stormglass_web_dropped_total', 'Items left out because a bound was reached.', ['what']),
    collectorReconnects: counter(
      'stormglass_web_collector_reconnects_total',
      'Connections made to the live stream of the collector.',
    ),
    historyGaps: new Gauge({
      name: 'stormglass_web_history_gaps',
      help: '1 while the live window is being filled from the store, else 0.',
      registers,
    }),
    historyFills: counter(
      'stormglass_web_history_fills_total',
      'Times the live window was filled from the store.',
    ),
    observe,
  };
}
