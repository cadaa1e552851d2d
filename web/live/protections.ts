import type { AgentView } from './protocol.ts';

/** A protection of a service over all its connected instances. */
export interface ServiceProtection {
  service: string;
  name: string;
  about: string;
  /** On all of them. */
  on: boolean;
  /** Instances on which it is taken away. */
  offOn: string[];
  /** Epoch ms at which the last of them has it back by itself; null when one of them waits for somebody. */
  until: number | null;
}

/** By service and name; lost agents say nothing of now. */
export function serviceProtections(agents: readonly AgentView[]): ServiceProtection[] {
  const byKey = new Map<string, ServiceProtection>();
  for (const agent of agents) {
    if (!agent.connected) continue;
    for (const { name, about, on, until } of agent.protections) {
      const key = `${agent.service}|${name}`;
      const row = byKey.get(key) ?? { service: agent.service, name, about, on: true, offOn: [], until: null };
      byKey.set(key, row);
      if (on) continue;
      row.until = row.on || (row.until !== null && until !== null) ? later(row.until, until) : null;
      row.on = false;
      row.offOn.push(agent.instance);
    }
  }
  return [...byKey.values()].sort(
    (a, b) => a.service.localeCompare(b.service) || a.name.localeCompare(b.name),
  );
}

function later(a: number | null, b: number | null): number | null {
  return b === null ? null : Math.max(a ?? 0, b);
}
