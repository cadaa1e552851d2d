import { emptyTimeline, type Timeline, type TrafficCell } from '@stormglass/agents/contract';
import { describe, expect, it } from 'vitest';
import type { AgentView } from '../../../live/protocol.ts';
import { breakerSample, faultInterval, trafficCell } from '../../../live/testing/telemetry.ts';
import { predictBlast, upstreamOf } from './blast.ts';
import { breakOptions } from './break-options.ts';
import { chaosHistory } from './chaos-history.ts';
import { mapFigures } from './graph.ts';
import { chartSeries } from './series.ts';
import { mapStructure, structureKey } from './structure.ts';

const S = 1_800_000_000;
const AT = S * 1000 + 999;

function cell(
  kind: TrafficCell['kind'],
  service: string,
  peer = '',
  change: Partial<TrafficCell> = {},
): TrafficCell {
  const operation = kind === 'server' ? 'POST /x' : '';
  return trafficCell({ second: S, kind, service, peer, operation, ...change });
}

/** loadgen -> gateway -> orders -> payments -> outside-world; orders -> queue mail -> mailer. */
const SHOP: Timeline = {
  ...emptyTimeline(),
  traffic: [
    cell('client', 'loadgen', 'gateway'),
    cell('server', 'gateway'),
    cell('client', 'gateway', 'orders'),
    cell('server', 'orders'),
    cell('db', 'orders', 'orders'),
    cell('client', 'orders', 'payments'),
    cell('server', 'payments'),
    cell('client', 'payments', 'outside-world'),
    cell('producer', 'orders', 'mail'),
    cell('consumer', 'mailer', 'mail'),
  ],
};

function agent(change: Partial<AgentView>): AgentView {
  return {
    agentId: 'a',
    kind: 'node',
    service: 'payments',
    instance: 'payments-1',
    version: '1',
    pid: 1,
    startedAt: 0,
    chaosAllowed: true,
    capabilities: ['latency:service', 'error:service'],
    reach: [],
    leases: [],
    controls: [],
    protections: [],
    dropped: {},
    connected: true,
    lastSeenAt: 0,
    ...change,
  };
}

const kinds = (timeline: Timeline, agents: AgentView[] = []) =>
  Object.fromEntries(mapStructure(timeline, AT, agents).nodes.map((n) => [n.id, n.kind]));

describe('mapStructure', () => {
  it('knows services, callers, queues and the outside by what they do', () => {
    expect(kinds(SHOP)).toEqual({
      gateway: 'service',
      loadgen: 'client',
      mailer: 'service',
      orders: 'service',
      'outside-world': 'outside',
      payments: 'service',
      'queue:mail': 'queue',
    });
  });

  it('keeps a service with an agent and without traffic on the map', () => {
    expect(kinds(emptyTimeline(), [agent({})])).toEqual({ payments: 'service' });
  });

  it('gives a database to who uses one', () => {
    const nodes = mapStructure(SHOP, AT, []).nodes;
    expect(nodes.filter((n) => n.database).map((n) => n.id)).toEqual(['orders']);
  });

  it('has the same key for the same structure, whatever the figures', () => {
    const busier = { ...SHOP, traffic: SHOP.traffic.map((c) => ({ ...c, calls: c.calls * 3 })) };
    expect(structureKey(mapStructure(busier, AT, []))).toBe(structureKey(mapStructure(SHOP, AT, [])));
  });
});

describe('mapFigures', () => {
  it('colours a ring by what callers saw, not by what the service thought of itself', () => {
    const hidden = {
      ...SHOP,
      traffic: SHOP.traffic.map((c) =>
        c.kind === 'client' && c.peer === 'payments' ? { ...c, errors: 5 } : c,
      ),
    };
    const figures = mapFigures(mapStructure(hidden, AT, []), hidden, AT).nodes.get('payments');
    expect(figures?.seen?.errorShare).toBe(0.5);
    expect(figures?.own?.errorShare).toBe(0);
  });

  it('says what an edge carried before it went quiet, and how much is turned away', () => {
    const sample = breakerSample(AT - 500, { state: 'open', rejected: 60, resetRemainingMs: 9_000 });
    const quiet = {
      ...SHOP,
      breakers: [sample],
      traffic: SHOP.traffic
        .map((c) => (c.peer === 'payments' ? { ...c, second: S - 40 } : c))
        .sort((a, b) => a.second - b.second),
    };
    const edge = mapFigures(mapStructure(quiet, AT, []), quiet, AT).edges.get('orders>payments');
    expect(edge?.figures).toBeNull();
    expect(edge?.formerRate).toBeGreaterThan(0);
    expect(edge?.turnedAwayRate).toBe(6);
    expect(edge?.breaker?.state).toBe('open');
  });
});

describe('breakOptions', () => {
  it('offers only what a connected agent that allows chaos can inject', () => {
    const chosen = { kind: 'service', service: 'payments', queues: [] } as const;
    expect(breakOptions(chosen, [])).toEqual([]);
    expect(breakOptions(chosen, [agent({ connected: false })])).toEqual([]);
    expect(breakOptions(chosen, [agent({ chaosAllowed: false })])).toEqual([]);
    expect(breakOptions(chosen, [agent({ service: 'orders' })])).toEqual([]);
    expect(breakOptions(chosen, [agent({})]).map((o) => o.title)).toEqual([
      'Latency',
      'Error answer',
      'Late reply',
      'Lost reply',
    ]);
  });

  it('lets the host agent kill only whom it reaches', () => {
    const host = agent({
      kind: 'host',
      service: 'host',
      capabilities: ['process_kill:process'],
      reach: ['orders'],
    });
    const of = (service: string) => breakOptions({ kind: 'service', service, queues: [] }, [host]);
    expect(of('payments')).toEqual([]);
    expect(of('orders').map((o) => o.type)).toEqual(['process_kill']);
  });

  it('tells apart what one fault can hit', () => {
    const host = agent({
      ...{ kind: 'host', service: 'host', reach: ['payments'] },
      capabilities: ['broker_outage:database', 'broker_outage:process'],
    });
    const options = breakOptions({ kind: 'service', service: 'payments', queues: [] }, [host]);
    expect(options.map((o) => o.title)).toEqual(['Broker outage (database)', 'Broker outage (process)']);
  });

  it('names the process which is meant when a service has several', () => {
    const capabilities = ['process_pause:process'];
    const host = agent({ kind: 'host', service: 'host', capabilities, reach: ['payments'] });
    const replicas = ['payments-2', 'payments-1'].map((instance) => agent({ agentId: instance, instance }));
    const options = breakOptions({ kind: 'service', service: 'payments', queues: [] }, [host, ...replicas]);
    const pauses = options.filter(({ type }) => type === 'process_pause');
    expect(pauses.map(({ id, title, target }) => [id, title, target])).toEqual([
      ...['payments-1', 'payments-2'].map((instance) => [
        `process_pause:process:before:${instance}`,
        `Pause (SIGSTOP) (${instance})`,
        { kind: 'process', service: 'payments', instance },
      ]),
    ]);
  });

  it('tells entries of one name apart by what they hurt', () => {
    const capabilities = ['broker_outage:database', 'broker_outage:process'];
    const options = breakOptions({ kind: 'service', service: 'payments', queues: [] }, [
      agent({ capabilities }),
    ]);
    expect(options.map(({ title }) => title)).toEqual([
      'Broker outage (database)',
      'Broker outage (process)',
    ]);
  });

  it('injects an edge fault at the caller', () => {
    const caller = agent({ service: 'orders', instance: 'orders-1', capabilities: ['hang:edge'] });
    const options = breakOptions({ kind: 'edge', from: 'orders', to: 'payments' }, [caller, agent({})]);
    expect(options.map((o) => [o.type, o.position, o.agents])).toEqual([
      ['hang', 'before', ['orders-1']],
      ['hang', 'after', ['orders-1']],
      ['hang', 'late', ['orders-1']],
    ]);
  });
});

describe('predictBlast', () => {
  const structure = mapStructure(SHOP, AT, []);

  it('reaches everybody who waits upstream, and nobody behind a queue', () => {
    expect(upstreamOf(structure, ['payments'])).toEqual(['gateway', 'orders']);
    expect(upstreamOf(structure, ['mailer'])).toEqual([]);
  });

  it('counts the share of traffic and the calls of its lifetime', () => {
    const target = { kind: 'service', service: 'payments' } as const;
    const blast = predictBlast(structure, SHOP, AT, { target, percentage: 50, durationMs: 30_000 });
    expect(blast.trafficShare).toBeCloseTo(5 / 30);
    expect(blast.calls).toBe(150);
    expect(blast.basis).toBe(10);
  });
});

describe('chartSeries', () => {
  it('leaves a gap where there was no call instead of a zero', () => {
    const series = chartSeries(SHOP, AT + 4_000, 1, { kind: 'service', service: 'orders', queues: [] });
    expect(series.xs).toHaveLength(60);
    expect(series.sent.filter((v) => v !== null)).toEqual([5]);
    expect(series.errors[0]).toBeNull();
  });
});

const FAULT = faultInterval(AT - 10_000, { runId: '214', firstEffectAt: AT - 9_000 });

describe('chaosHistory', () => {
  it('tells each fault of the chosen once, newest first, and none of the future', () => {
    const older = { ...FAULT, faultId: 'f-0', armedAt: AT - 90_000 };
    const later = { ...FAULT, faultId: 'f-2', armedAt: AT + 1 };
    const chosen = { kind: 'service', service: 'payments', queues: [] } as const;
    expect(
      chaosHistory(
        [
          [FAULT, older],
          [FAULT, later],
        ],
        chosen,
        AT,
      ).map((f) => f.faultId),
    ).toEqual(['f-1', 'f-0']);
    expect(chaosHistory([[FAULT]], { kind: 'service', service: 'orders', queues: [] }, AT)).toEqual([]);
  });
});
