import { FAULT_CATALOGUE, type FaultType } from '@stormglass/agents/contract';
import type { AgentView } from '../../live/protocol.ts';
import { count } from '../../ui/format.ts';

export interface AgentRow {
  agentId: string;
  service: string;
  instance: string;
  kind: AgentView['kind'];
  pid: number;
  version: string;
  connected: boolean;
  lastSeenAt: number;
  chaosAllowed: boolean;
  /** What it can inject, in words. */
  hurts: string[];
  controls: string[];
  leases: number;
  dropped: { name: string; count: number }[];
  droppedTotal: number;
  /** Scopes on requests that were not obeyed, by why. */
  scopesRefused: { name: string; count: number }[];
}

const KINDS: Record<AgentView['kind'], string> = {
  node: 'in the process',
  host: 'on the host',
  queues: 'beside the queues',
};

export function kindWords(kind: AgentView['kind']): string {
  return KINDS[kind];
}

function isFaultType(type: string): type is FaultType {
  return Object.hasOwn(FAULT_CATALOGUE, type);
}

/** `latency:service` and `latency:edge` become `Latency on service, edge`. */
export function capabilityWords(capabilities: readonly string[]): string[] {
  const targets = new Map<string, string[]>();
  for (const capability of capabilities) {
    const [type = '', target = ''] = capability.split(':');
    const title = isFaultType(type) ? FAULT_CATALOGUE[type].title : type;
    targets.set(
      title,
      [...(targets.get(title) ?? []), target].filter((t) => t !== ''),
    );
  }
  return [...targets].map(([title, on]) => (on.length > 0 ? `${title} on ${on.join(', ')}` : title));
}

function counted(counts: Readonly<Record<string, number>>): { name: string; count: number }[] {
  return Object.entries(counts)
    .filter(([, n]) => n > 0)
    .map(([name, n]) => ({ name, count: n }));
}

/** One row an agent: lost ones first, then by service and instance. */
export function agentRows(agents: readonly AgentView[]): AgentRow[] {
  return agents
    .map((a) => {
      const dropped = counted(a.dropped);
      return {
        agentId: a.agentId,
        service: a.service,
        instance: a.instance,
        kind: a.kind,
        pid: a.pid,
        version: a.version,
        connected: a.connected,
        lastSeenAt: a.lastSeenAt,
        chaosAllowed: a.chaosAllowed,
        hurts: capabilityWords(a.capabilities),
        controls: a.controls.map((c) => c.name),
        leases: a.leases.length,
        dropped,
        droppedTotal: dropped.reduce((n, d) => n + d.count, 0),
        scopesRefused: counted(a.scopesRefused ?? {}),
      };
    })
    .sort(
      (a, b) =>
        Number(a.connected) - Number(b.connected) ||
        a.service.localeCompare(b.service) ||
        a.instance.localeCompare(b.instance),
    );
}

/** How many agents there are, and what may be done: lost ones allow nothing any more. */
export function aboutWords(rows: readonly AgentRow[]): string {
  const connected = rows.filter((r) => r.connected);
  const lost = rows.length - connected.length;
  const dropped = rows.reduce((n, r) => n + r.droppedTotal, 0);
  return [
    `${connected.length} connected`,
    ...(lost > 0 ? [`${lost} lost`] : []),
    `${connected.filter((r) => r.chaosAllowed).length} allow chaos`,
    `${count(dropped)} records dropped`,
  ].join(', ');
}

/** The agent whose line is open: the one which the address names, else the first of the service it names; null: none. */
export function openedAgent(
  rows: readonly Pick<AgentRow, 'agentId' | 'service'>[],
  asked: { agent: string; service: string },
): string | null {
  const { agent, service } = asked;
  const found =
    agent === '' ? rows.find((r) => r.service === service) : rows.find((r) => r.agentId === agent);
  return found?.agentId ?? null;
}
