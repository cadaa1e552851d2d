import { expect, test } from 'vitest';
import { eventually } from '../testing/collector.ts';
import { useCollector } from '../testing/use-collector.ts';

const on = useCollector();

const post = (body: string, type = 'application/json', path = '/api/v2/spans') =>
  fetch(`${on.collector.otlp}${path}`, { method: 'POST', body, headers: { 'content-type': type } });

/** Microseconds, a minute ago: what is old is dropped. */
const NOW = Math.floor(Date.now() / 1000 - 60) * 1_000_000;

/** The example of Zipkin's API description (zipkin2-api.yaml, POST /spans), but for its time. */
const EXAMPLE = `[
  {
    "id": "352bff9a74ca9ad2",
    "traceId": "5af7183fb1d4cf5f",
    "parentId": "6b221d5bc9e6496c",
    "name": "get /api",
    "timestamp": ${NOW},
    "duration": 1431,
    "kind": "SERVER",
    "localEndpoint": {
      "serviceName": "backend",
      "ipv4": "192.168.99.1",
      "port": 3306
    },
    "remoteEndpoint": {
      "ipv4": "172.19.0.2",
      "port": 58648
    },
    "tags": {
      "http.method": "GET",
      "http.path": "/api"
    }
  }
]`;

const stored = (traceId: string, spans: number) =>
  eventually(`trace ${traceId}`, async () => {
    const trace = await on.queries.trace(traceId.padStart(32, '0'));
    return trace?.spans.length === spans ? trace.spans : null;
  });

test("the example of Zipkin's documentation is stored as a span", async () => {
  const response = await post(EXAMPLE);
  expect([response.status, await response.text()]).toEqual([202, '']);
  const [span] = await stored('5af7183fb1d4cf5f', 1);
  expect(span).toMatchObject({
    ...{ spanId: '352bff9a74ca9ad2', parentSpanId: '6b221d5bc9e6496c', service: 'backend' },
    ...{ name: 'get /api', kind: 'server', status: 'unset', startNs: `${NOW}000`, durationNs: 1_431_000 },
    attributes: {
      ...{ 'http.method': 'GET', 'http.path': '/api' },
      ...{ 'network.peer.address': '172.19.0.2', 'network.peer.port': '58648' },
    },
    resource: { 'service.name': 'backend', 'host.ip': '192.168.99.1' },
  });
});

test('a client and the server that shares its id stay two spans, one below the other', async () => {
  const both = { traceId: '48485a3953bb61246b221d5bc9e6496c', id: '00000000000000aa', timestamp: NOW };
  const client = {
    ...{ ...both, kind: 'CLIENT', name: 'post', duration: 5000, localEndpoint: { serviceName: 'shop' } },
    remoteEndpoint: { serviceName: 'bank', ipv6: '2001:db8::c001', port: 443 },
    annotations: [{ timestamp: NOW + 1, value: 'ws' }],
    tags: { error: '', 'http.status_code': '503' },
  };
  const server = {
    ...{ ...both, kind: 'SERVER', shared: true, localEndpoint: { serviceName: 'bank' } },
    tags: { error: 'no funds', 'otel.scope.name': 'brave' },
  };
  const child = {
    ...both,
    id: 'ab',
    parentId: 'aa',
    timestamp: undefined,
    localEndpoint: { serviceName: 'bank' },
  };
  expect((await post(JSON.stringify([client]))).status).toBe(202);
  expect((await post(JSON.stringify([server, child]))).status).toBe(202);
  const spans = await stored(both.traceId, 3);
  const of = (kind: string) => spans.find((span) => span.kind === kind);
  expect(of('client')).toMatchObject({
    ...{ spanId: both.id, parentSpanId: '', status: 'error', statusMessage: '' },
    attributes: { 'peer.service': 'bank', 'server.address': '2001:db8::c001', 'server.port': '443' },
    events: [{ offsetNs: 1000, name: 'ws' }],
  });
  expect(of('server')).toMatchObject({ parentSpanId: both.id, status: 'error', statusMessage: 'no funds' });
  expect(of('server')?.spanId).not.toBe(both.id);
  expect(of('internal')).toMatchObject({
    ...{ spanId: '00000000000000ab', parentSpanId: both.id },
    attributes: { 'otel.zipkin.absentField.startTime': true },
  });
});

test('what is no list of spans is refused with the place that is wrong; other encodings are said to be unknown', async () => {
  const refused = async (body: string, type?: string) => {
    const response = await post(body, type);
    return `${response.status} ${await response.text()}`;
  };
  expect(await refused('{')).toMatch(/^400 .*no list of Zipkin v2 spans/);
  expect(await refused('[{"traceId":"xyz","id":"1"}]')).toMatch(
    /^400 .*must be 1 to 32 hex digits.*\[0\]\.traceId/,
  );
  expect(await refused('[{"traceId":"1"}]')).toMatch(/^400 .*\[0\]\.id/);
  expect(await refused(EXAMPLE, 'application/x-protobuf')).toMatch(/^415/);
  expect(await refused('[]')).toBe('202 ');
  expect((await fetch(`${on.collector.otlp}/api/v2/spans`)).status).toBe(405);
});
