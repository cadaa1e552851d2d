import { describe, expect, it } from 'vitest';
import type { AgentView } from '../../live/protocol.ts';
import { agentRows, capabilityWords } from './model.ts';
import { snippets } from './snippets.ts';

function agent(service: string, more: Partial<AgentView> = {}): AgentView {
  return {
    agentId: service,
    kind: 'node',
    service,
    instance: `${service}-1`,
    version: '1',
    pid: 1,
    startedAt: 0,
    chaosAllowed: true,
    capabilities: [],
    reach: [],
    leases: [],
    controls: [],
    protections: [],
    dropped: {},
    connected: true,
    lastSeenAt: 0,
    ...more,
  };
}

describe('the agents', () => {
  it('are listed lost ones first, then by service', () => {
    const rows = agentRows([agent('orders'), agent('gateway'), agent('shipping', { connected: false })]);
    expect(rows.map((r) => r.service)).toEqual(['shipping', 'gateway', 'orders']);
  });

  it('say what they can hurt in words', () => {
    expect(capabilityWords(['latency:service', 'latency:edge', 'hang:service', 'odd:thing'])).toEqual([
      'Latency on service, edge',
      'Hang on service',
      'odd on thing',
    ]);
  });

  it('show what they dropped, and nothing for a buffer that never overflowed', () => {
    const [row] = agentRows([agent('orders', { dropped: { events: 0, spans: 7 } })]);
    expect(row).toMatchObject({ droppedTotal: 7, dropped: [{ name: 'spans', count: 7 }] });
  });
});

describe('the snippets', () => {
  it('carry the real addresses, each', () => {
    const made = snippets({ otlpHttp: 'http://h:1', otlpGrpc: 'http://h:2', hub: 'http://h:3' });
    expect(made.map((s) => s.id)).toEqual(['node', 'python', 'java', 'go', 'dotnet', 'otlp']);
    for (const s of made) expect(s.code).toMatch(/http:\/\/h:[12]/);
  });
});
