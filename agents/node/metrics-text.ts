import type { Registry } from 'prom-client';

/** Fills a registry with the current values of one part of the agent. */
type Source = (registry: Registry, prom: typeof import('prom-client')) => void;

const sources = new Set<Source>();
let ready: Promise<() => Promise<string>> | undefined;

/** Adds series to `metricsText`; called once by each part of the agent, or of its host, that has any. */
export function addMetricsSource(source: Source): void {
  sources.add(source);
}

/** The process's metrics in the Prometheus text format, for `GET /metrics`. */
export async function metricsText(): Promise<string> {
  ready ??= prepare();
  const render = await ready;
  return render();
}

/** Loaded at the first scrape: a process that nobody scrapes does not pay for prom-client. */
async function prepare(): Promise<() => Promise<string>> {
  const { default: prom } = await import('prom-client');
  const defaults = new prom.Registry();
  // The library's 10 ms would wake an idle process a hundred times a second, for figures which hold that interval itself.
  prom.collectDefaultMetrics({ register: defaults, eventLoopMonitoringPrecision: 100 });
  // These are gauges named like counters; promtool rejects the name.
  for (const { name } of await defaults.getMetricsAsJSON()) {
    if (/^nodejs_active_.*_total$|^nodejs_eventloop_lag_.+_seconds$/.test(name))
      defaults.removeSingleMetric(name);
  }
  return async () => {
    const own = new prom.Registry();
    for (const source of sources) source(own, prom);
    return prom.Registry.merge([defaults, own]).metrics();
  };
}
