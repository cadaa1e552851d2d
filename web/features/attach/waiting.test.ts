import { describe, expect, it } from 'vitest';
import type { AttachView } from '../../live/attach-answers.ts';
import type { AgentView } from '../../live/protocol.ts';
import { findings, heardServices, SILENCE_MS, type Waiting } from './waiting.ts';

const SINCE = 1_000_000;
const VIEW: AttachView = {
  otlpHttp: null,
  otlpGrpc: null,
  received: { traces: 10, metrics: 5, logs: 0 },
  rejected: { not_found: 2 },
  misdirected: 0,
};

function cell(service: string, atMs: number, calls = 1) {
  return {
    ...{ second: Math.floor(atMs / 1000), kind: 'server' as const, service, peer: '', operation: 'GET /' },
    ...{ calls, errors: 0, receipts: 0, durations: [] },
  };
}

function waiting(more: Partial<Waiting> & { now?: number } = {}): Waiting {
  return {
    service: 'billing',
    since: SINCE,
    now: SINCE + 2_000,
    addresses: { otlpHttp: 'http://h:4318', otlpGrpc: 'http://h:4317' },
    timeline: { traffic: [] },
    agents: [],
    before: VIEW,
    current: VIEW,
    ...more,
  };
}

const ids = (of: Waiting) => findings(of).map(({ id }) => id);
const refusedFor = (reason: string) =>
  waiting({ current: { ...VIEW, rejected: { ...VIEW.rejected, [reason]: 3 } } });

describe('what was heard of a service', () => {
  it('is its first and newest second, and its calls', () => {
    const traffic = [cell('billing', 5_000, 2), cell('billing', 3_000), cell('orders', 9_000)];
    expect(heardServices({ traffic }).get('billing')).toEqual({
      ...{ service: 'billing', firstAt: 3_000, lastAt: 5_000, calls: 3 },
    });
  });
});

describe('why no span comes', () => {
  it('is not told before exporters had the time to send', () => {
    expect(findings(waiting())).toEqual([]);
  });

  it('is a port that nothing has reached', () => {
    const [only] = findings(waiting({ now: SINCE + SILENCE_MS }));
    expect(only?.title).toBe('Nothing has reached the ports');
    expect(only?.next).toContain('http://h:4318');
  });

  it('is silence of this one, while others are heard', () => {
    const current = { ...VIEW, received: { ...VIEW.received, traces: 20 } };
    const [only] = findings(waiting({ now: SINCE + SILENCE_MS, current }));
    expect(only?.title).toBe('Nothing has come from billing');
  });

  it.each([
    ['grpc_on_http_port', 'http://h:4317'],
    ['http_on_grpc_port', 'http://h:4318'],
    ['tls_on_http_port', 'http://, not https://'],
    ['not_found', '/v1/traces'],
    ['unsupported_media_type', 'http/protobuf'],
    ['unauthorized', 'OTEL_EXPORTER_OTLP_HEADERS'],
  ])('is what the collector refused since: %s', (reason, says) => {
    const found = findings(refusedFor(reason));
    expect(found.map(({ id }) => id)).toEqual([reason]);
    expect(found[0]?.next).toContain(says);
  });

  it('is never what was refused before the waiting began, or what no sender of spans has caused', () => {
    expect(ids(waiting())).toEqual([]);
    expect(ids(refusedFor('foreign_metrics'))).toEqual([]);
  });

  it('is a name that is missing', () => {
    for (const service of ['', 'unknown_service:node']) {
      const found = findings(waiting({ timeline: { traffic: [cell(service, SINCE + 1_000)] } }));
      expect(found[0]?.next).toBe('Start the process with OTEL_SERVICE_NAME=billing.');
    }
    expect(ids(waiting({ timeline: { traffic: [cell('', SINCE - 60_000)] } }))).toEqual([]);
  });

  it('is another name, if a service is new', () => {
    const traffic = [
      cell('biling', SINCE + 1_000),
      cell('orders', SINCE - 5_000),
      cell('orders', SINCE + 1_000),
    ];
    expect(findings(waiting({ timeline: { traffic } })).map(({ other }) => other)).toEqual(['biling']);
  });

  it("is the dashboard's own port", () => {
    const [only] = findings(waiting({ current: { ...VIEW, misdirected: 2 } }));
    expect(only?.title).toBe('2 requests came to the port of this dashboard');
  });

  it('is that nobody has asked it anything, when its agent is there', () => {
    const agent = { service: 'billing', connected: true } as AgentView;
    expect(ids(waiting({ agents: [agent] }))).toEqual(['agent']);
  });

  it('is an exporter of spans that is off, when only metrics come', () => {
    expect(ids(waiting({ current: { ...VIEW, received: { ...VIEW.received, metrics: 9 } } }))).toEqual([
      'no-traces',
    ]);
  });
});
