import { describe, expect, it } from 'vitest';
import type { AgentView } from '../../live/protocol.ts';
import { aboutWords, agentRows, capabilityWords, openedAgent } from './model.ts';

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

describe('the head of the page', () => {
  it('never says that more allow chaos than are connected', () => {
    const rows = agentRows([
      agent('orders'),
      agent('queues', { chaosAllowed: false }),
      agent('old', { connected: false }),
    ]);
    expect(aboutWords(rows)).toBe('2 connected, 1 lost, 1 allow chaos, 0 records dropped');
  });
});

describe('the open line', () => {
  const rows = agentRows([
    agent('orders'),
    agent('shipping', { agentId: 'b', instance: 'shipping-2' }),
    agent('shipping', { agentId: 'a', instance: 'shipping-1' }),
  ]);

  it('is the first of the service in the address, or the agent itself', () => {
    expect(openedAgent(rows, { agent: '', service: 'shipping' })).toBe('a');
    expect(openedAgent(rows, { agent: 'b', service: 'shipping' })).toBe('b');
  });

  it('is none without either, or after it was closed', () => {
    expect(openedAgent(rows, { agent: '', service: '' })).toBeNull();
    expect(openedAgent(rows, { agent: 'none', service: 'shipping' })).toBeNull();
  });
});
