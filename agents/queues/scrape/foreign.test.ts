import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TelemetryQueries } from '../../collector/queries/index.ts';
import { eventually, TestCollector } from '../../collector/testing/collector.ts';
import type { BreakerSample, QueueSample } from '../../contract/timeline.ts';
import { parseTargets, scrape, startScraping } from './scraper.ts';

/**
 * Metrics of other libraries, in the text which each documents or prints, scraped twice into a real collector: what the
 * second scrape makes of them is what the dashboard shows.
 */
const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
let collector: TestCollector;
let queries: TelemetryQueries;
let exporter: Server;
let shown = '';
beforeAll(async () => {
  collector = await TestCollector.start();
  queries = collector.queries();
  exporter = createServer((_request, response) => response.end(shown));
  await new Promise<void>((resolve) => exporter.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  exporter.close();
  await queries.close();
  await collector.dispose();
});

async function scrapeText(service: string, text: string): Promise<void> {
  shown = text;
  const url = `http://127.0.0.1:${(exporter.address() as AddressInfo).port}/metrics`;
  await scrape(
    { service, url },
    { otlp: { url: collector.otlp, headers: {} }, down: new AbortController().signal },
  );
}

const range = () => ({ from: Date.now() - 120_000, to: Date.now() + 60_000 });

/** Scrapes one text after the other; what the newest sample of a breaker says, and all its calls. */
async function breaker(service: string, name: string, texts: string[]) {
  for (const text of texts) await scrapeText(service, text);
  return eventually(`${name} of ${service}`, async () => {
    const { breakers } = await queries.timeline(range(), 60);
    const found = breakers.filter((sample) => sample.service === service && sample.name === name);
    const sum = (of: (sample: BreakerSample) => number) =>
      found.reduce((total, sample) => total + of(sample), 0);
    const last = found.at(-1);
    if (last === undefined || sum((s) => s.success + s.failure + s.timeout + s.rejected) === 0) return null;
    return {
      ...{ state: last.state, peer: last.peer, failureRatio: last.failureRatio },
      ...{ success: sum((s) => s.success), failure: sum((s) => s.failure) },
      ...{ timeout: sum((s) => s.timeout), rejected: sum((s) => s.rejected) },
    };
  });
}

const becomes = (service: string, name: string, state: BreakerSample['state']) =>
  eventually(`${name} is ${state}`, async () => {
    const { breakers } = await queries.timeline(range(), 1);
    const last = breakers.findLast((sample) => sample.service === service && sample.name === name);
    return last?.state === state ? true : null;
  });

async function queue(service: string, name: string, texts: string[]): Promise<QueueSample> {
  for (const text of texts) await scrapeText(service, text);
  return eventually(name, async () => {
    const { queues } = await queries.timeline(range(), 60);
    return queues.findLast((sample) => sample.queue === name) ?? null;
  });
}

test('resilience4j, as Micrometer writes it for Prometheus', async () => {
  const text = (open: number, successful: number, failed: number, rejected: number) => `
# HELP resilience4j_circuitbreaker_state The states of the circuit breaker
# TYPE resilience4j_circuitbreaker_state gauge
resilience4j_circuitbreaker_state{name="backendA",state="closed",} ${1 - open}.0
resilience4j_circuitbreaker_state{name="backendA",state="disabled",} 0.0
resilience4j_circuitbreaker_state{name="backendA",state="forced_open",} 0.0
resilience4j_circuitbreaker_state{name="backendA",state="half_open",} 0.0
resilience4j_circuitbreaker_state{name="backendA",state="open",} ${open}.0
# HELP resilience4j_circuitbreaker_failure_rate The failure rate of the circuit breaker
# TYPE resilience4j_circuitbreaker_failure_rate gauge
resilience4j_circuitbreaker_failure_rate{name="backendA",} ${open === 1 ? '60.0' : '-1.0'}
# HELP resilience4j_circuitbreaker_not_permitted_calls_total Total number of not permitted calls
# TYPE resilience4j_circuitbreaker_not_permitted_calls_total counter
resilience4j_circuitbreaker_not_permitted_calls_total{kind="not_permitted",name="backendA",} ${rejected}.0
# HELP resilience4j_circuitbreaker_calls_seconds Total number of successful calls
# TYPE resilience4j_circuitbreaker_calls_seconds summary
resilience4j_circuitbreaker_calls_seconds_count{kind="successful",name="backendA",} ${successful}.0
resilience4j_circuitbreaker_calls_seconds_sum{kind="successful",name="backendA",} 0.5
resilience4j_circuitbreaker_calls_seconds_count{kind="failed",name="backendA",} ${failed}.0
resilience4j_circuitbreaker_calls_seconds_sum{kind="failed",name="backendA",} 0.5
`;
  expect(await breaker('r4j', 'backendA', [text(0, 100, 10, 0), text(1, 104, 16, 3)])).toEqual({
    ...{ state: 'open', peer: '', failureRatio: 0.6 },
    ...{ success: 4, failure: 6, timeout: 0, rejected: 3 },
  });
});

test('opossum-prometheus: the state follows from the events that it counts', async () => {
  const text = (events: Record<string, number>) =>
    [
      "# HELP circuit A count of all circuit' events",
      '# TYPE circuit counter',
      ...Object.entries(events).map(([event, n]) => `circuit{name="mail",event="${event}"} ${n}`),
      "# HELP circuit_perf A summary of all circuit's events",
      '# TYPE circuit_perf summary',
      'circuit_perf{quantile="0.5",name="mail",event="success"} 11',
      'circuit_perf_sum{name="mail",event="success"} 22',
      'circuit_perf_count{name="mail",event="success"} 2',
    ].join('\n');
  const before = { fire: 10, success: 8, failure: 2, timeout: 1, reject: 0 };
  const opened = { fire: 30, success: 9, failure: 12, timeout: 5, reject: 9, open: 1 };
  expect(await breaker('opossum', 'mail', [text(before), text(opened)])).toMatchObject({
    ...{ state: 'open', success: 1, failure: 6, timeout: 4, rejected: 9 },
  });
  const probing = { ...opened, halfOpen: 1 };
  await scrapeText('opossum', text(probing));
  await becomes('opossum', 'mail', 'half_open');
  await scrapeText('opossum', text({ ...probing, close: 1 }));
  await becomes('opossum', 'mail', 'closed');
  await scrapeText('opossum', text({ ...probing, close: 1, open: 2, halfOpen: 2 }));
  await becomes('opossum', 'mail', 'half_open');
});

test("Envoy's outlier ejections and overflows", async () => {
  const text = (ejected: number, overflow: number, bad: number, timeouts: number) => `
# TYPE envoy_cluster_upstream_rq_pending_overflow counter
envoy_cluster_upstream_rq_pending_overflow{envoy_cluster_name="bank"} ${overflow}
# TYPE envoy_cluster_upstream_rq_timeout counter
envoy_cluster_upstream_rq_timeout{envoy_cluster_name="bank"} ${timeouts}
# TYPE envoy_cluster_upstream_rq_xx counter
envoy_cluster_upstream_rq_xx{envoy_response_code_class="2",envoy_cluster_name="bank"} 500
envoy_cluster_upstream_rq_xx{envoy_response_code_class="5",envoy_cluster_name="bank"} ${bad}
# TYPE envoy_cluster_circuit_breakers_default_rq_pending_open gauge
envoy_cluster_circuit_breakers_default_rq_pending_open{envoy_cluster_name="bank"} 0
# TYPE envoy_cluster_outlier_detection_ejections_active gauge
envoy_cluster_outlier_detection_ejections_active{envoy_cluster_name="bank"} ${ejected}
`;
  expect(await breaker('mesh', 'bank', [text(0, 0, 5, 0), text(1, 7, 15, 4)])).toMatchObject({
    ...{ state: 'open', peer: 'bank', success: 0, failure: 6, timeout: 4, rejected: 7 },
  });
});

test('Polly, as an OpenTelemetry exporter writes it for Prometheus', async () => {
  const text = (events: Record<string, number>) =>
    [
      '# TYPE resilience_polly_strategy_events_total counter',
      '# HELP resilience_polly_strategy_events_total Tracks the number of resilience events that occurred in resilience strategies.',
      ...Object.entries(events).map(
        ([event, n]) =>
          `resilience_polly_strategy_events_total{event_name="${event}",event_severity="Error",pipeline_name="my-pipeline",pipeline_instance="my-instance",strategy_name="my-breaker"} ${n}`,
      ),
    ].join('\n');
  const name = 'my-pipeline/my-instance/my-breaker';
  await scrapeText('polly', text({ OnRetry: 4, OnCircuitOpened: 1 }));
  await becomes('polly', name, 'open');
  // Its probe failed: opened again.
  await scrapeText('polly', text({ OnRetry: 4, OnCircuitOpened: 2, OnCircuitHalfOpened: 1 }));
  await scrapeText(
    'polly',
    text({ OnRetry: 4, OnCircuitOpened: 2, OnCircuitHalfOpened: 2, OnCircuitClosed: 1 }),
  );
  await becomes('polly', name, 'closed');
  const transitions = await eventually('its move', async () => {
    const all = (await queries.timeline(range(), 1)).transitions.filter((t) => t.service === 'polly');
    return all.length > 0 ? all : null;
  });
  expect(transitions).toMatchObject([{ name, from: 'open', to: 'closed', reason: 'observed' }]);
});

test('RabbitMQ, per object', async () => {
  const text = `
# TYPE rabbitmq_queue_messages_ready gauge
# HELP rabbitmq_queue_messages_ready Messages ready to be delivered to consumers
rabbitmq_queue_messages_ready{vhost="/",queue="orders"} 12
# TYPE rabbitmq_queue_messages_unacked gauge
# HELP rabbitmq_queue_messages_unacked Messages delivered to consumers but not yet acknowledged
rabbitmq_queue_messages_unacked{vhost="/",queue="orders"} 3
# TYPE rabbitmq_queue_consumers gauge
# HELP rabbitmq_queue_consumers Consumers on a queue
rabbitmq_queue_consumers{vhost="/",queue="orders"} 2
`;
  expect(await queue('rabbit', 'orders', [text])).toMatchObject({
    ...{ system: 'rabbitmq', ready: 12, inFlight: 3, consumers: 2 },
  });
});

test('Kafka lag of kafka_exporter, all partitions of a group together', async () => {
  const text = `
# HELP kafka_consumergroup_lag Current Approximate Lag of a ConsumerGroup at Topic/Partition
# TYPE kafka_consumergroup_lag gauge
kafka_consumergroup_lag{consumergroup="billing",partition="0",topic="payments"} 40
kafka_consumergroup_lag{consumergroup="billing",partition="1",topic="payments"} 2
kafka_consumergroup_lag{consumergroup="audit",partition="0",topic="payments"} 7
`;
  expect(await queue('kafka', 'payments (billing)', [text])).toMatchObject({
    ...{ system: 'kafka', ready: 42, inFlight: null },
  });
  expect(await queue('kafka', 'payments (audit)', [])).toMatchObject({ ready: 7 });
});

test('BullMQ, as Queue.exportPrometheusMetrics writes it', async () => {
  const states = { active: 2, completed: 90, delayed: 4, failed: 5, paused: 0, prioritized: 1, waiting: 6 };
  const text = [
    '# HELP bullmq_job_count Number of jobs in the queue by state',
    '# TYPE bullmq_job_count gauge',
    ...Object.entries(states).map(([state, n]) => `bullmq_job_count{queue="mails", state="${state}"} ${n}`),
  ].join('\n');
  expect(await queue('bull', 'mails', [text])).toMatchObject({
    ...{ system: 'bullmq', ready: 7, delayed: 4, inFlight: 2, dead: 5 },
  });
});

test('the queue agent scrapes its targets by itself, and needs no broker for it', async () => {
  shown = 'rabbitmq_queue_messages_ready{vhost="/",queue="scraped"} 5\n';
  const url = `http://127.0.0.1:${(exporter.address() as AddressInfo).port}/metrics`;
  const env = { SCRAPE_TARGETS: `broker=${url}`, OTEL_EXPORTER_OTLP_ENDPOINT: collector.otlp };
  const agent = spawn(process.execPath, [MAIN], { stdio: 'ignore', env: { ...process.env, ...env } });
  try {
    expect(await queue('broker', 'scraped', [])).toMatchObject({ ready: 5 });
  } finally {
    agent.kill('SIGTERM');
    await once(agent, 'exit');
  }
});

test('a Hystrix event stream is followed as it comes', async () => {
  const stream = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream;charset=UTF-8' });
    response.write(HYSTRIX);
  });
  await new Promise<void>((resolve) => stream.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(stream.address() as AddressInfo).port}/actuator/hystrix.stream`;
  const down = new AbortController();
  try {
    const otlp = { url: collector.otlp, headers: {} };
    const targets = parseTargets(`movie=${url}`);
    startScraping({ targets, everyMs: 50, otlp, log: pino({ level: 'silent' }), down: down.signal });
    expect(await breaker('movie', 'UserFeignClient#findById(Long)', [])).toMatchObject({
      ...{ state: 'open', failureRatio: 1, success: 0, failure: 2, timeout: 1, rejected: 4 },
    });
  } finally {
    down.abort();
    stream.closeAllConnections();
    stream.close();
  }
});

/** As `/actuator/hystrix.stream` writes it, shortened where it says nothing of the breaker. */
const HYSTRIX = `ping: 

data: {"type":"HystrixCommand","name":"UserFeignClient#findById(Long)","group":"microservice-provider-user","currentTime":1586501651458,"isCircuitBreakerOpen":true,"errorPercentage":100,"errorCount":7,"requestCount":7,"rollingCountBadRequests":0,"rollingCountFailure":2,"rollingCountFallbackSuccess":7,"rollingCountSemaphoreRejected":0,"rollingCountShortCircuited":4,"rollingCountSuccess":0,"rollingCountThreadPoolRejected":0,"rollingCountTimeout":1,"currentConcurrentExecutionCount":0,"latencyExecute_mean":0,"latencyExecute":{"0":0,"25":0,"99.5":0,"100":0},"propertyValue_circuitBreakerRequestVolumeThreshold":20,"propertyValue_circuitBreakerSleepWindowInMilliseconds":5000,"propertyValue_circuitBreakerErrorThresholdPercentage":50,"propertyValue_circuitBreakerForceOpen":false,"propertyValue_circuitBreakerForceClosed":false,"propertyValue_metricsRollingStatisticalWindowInMilliseconds":10000,"reportingHosts":1,"threadPool":"microservice-provider-user"}

data: {"type":"HystrixThreadPool","name":"microservice-provider-user","currentActiveCount":0,"reportingHosts":1}

`;
