import {
  type ControlName,
  mergeSketches,
  quantile,
  type Sketch,
  type Timeline,
} from '@stormglass/agents/contract';
import type { Answer } from '../../live/answers.ts';
import type { Handlers, Parts } from './handler.ts';
import { param } from './handler.ts';

type ServiceRow = Answer<'services'>['services'][number];

/** Controls by which a service is hurt, so that a halt refuses them; a halt has put everything back itself. */
const HURTS: ReadonlySet<string> = new Set<ControlName>(['switch.set', 'crash.arm']);

export function observeRoutes(
  p: Parts,
): Pick<Handlers, 'timeline' | 'services' | 'agents' | 'collector' | 'control'> {
  return {
    timeline: async ({ input, signal }) => {
      const { from, to } = input;
      const { step, timeline } = await p.history.range(from, to, input.step, signal);
      return { from, to, stepSeconds: step, timeline };
    },
    services: async ({ input, signal }) => {
      const { timeline } = await p.history.range(input.from, input.to, input.step, signal);
      return { services: serviceRows(timeline, instances(p)) };
    },
    agents: () => ({ agents: p.hub.list() }),
    collector: () => p.telemetry.stats(),
    control: async (call) => {
      if (HURTS.has(param(call, 'name'))) p.halt.refuseWhenHalted();
      const result = await p.controls.invoke(
        param(call, 'service'),
        param(call, 'name'),
        call.input.input,
        call.who,
      );
      return { result: result ?? null };
    },
  };
}

function instances(p: Parts): Map<string, string[]> {
  const byService = new Map<string, string[]>();
  for (const agent of p.hub.connected()) {
    if (agent.kind !== 'node') continue;
    byService.set(agent.service, [...(byService.get(agent.service) ?? []), agent.instance]);
  }
  return byService;
}

/** Every service which emitted anything in the range; figures are of its server side. */
function serviceRows(timeline: Timeline, connected: ReadonlyMap<string, string[]>): ServiceRow[] {
  const byService = new Map<string, { row: ServiceRow; operations: Set<string>; sketches: Sketch[] }>();
  for (const cell of timeline.traffic) {
    let entry = byService.get(cell.service);
    if (!entry) {
      entry = { row: emptyRow(cell.service, connected), operations: new Set(), sketches: [] };
      byService.set(cell.service, entry);
    }
    entry.row.lastSeenAt = Math.max(entry.row.lastSeenAt, cell.second * 1000);
    if (cell.kind !== 'server') continue;
    entry.row.calls += cell.calls;
    entry.row.errors += cell.errors;
    entry.operations.add(cell.operation);
    entry.sketches.push(cell.durations);
  }
  return [...byService.values()]
    .map(({ row, operations, sketches }) => {
      const all = mergeSketches(sketches);
      return {
        ...row,
        p50Ms: quantile(all, 0.5),
        p95Ms: quantile(all, 0.95),
        operations: [...operations].sort(),
      };
    })
    .sort((a, b) => a.service.localeCompare(b.service));
}

function emptyRow(service: string, connected: ReadonlyMap<string, string[]>): ServiceRow {
  return {
    service,
    calls: 0,
    errors: 0,
    p50Ms: null,
    p95Ms: null,
    operations: [],
    lastSeenAt: 0,
    instances: connected.get(service) ?? [],
  };
}
