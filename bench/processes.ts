import { readdirSync, readFileSync } from 'node:fs';
import type { System } from '../e2e/system.ts';
import { cpuSeconds } from './usage.ts';

/** Of a process and its descendants. PSS: each page shared by n processes counts 1/n, so that sums are real. */
export interface Usage {
  pssMb: number;
  cpuSeconds: number;
}

function parentOf(pid: string): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? '';
}

function usageOf(pid: string): Usage {
  const pss = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? '0';
  return { pssMb: Number(pss) / 1024, cpuSeconds: cpuSeconds(Number(pid)) };
}

/** Usage by name of the process table; descendants (Postgres backends) count to their ancestor. */
export function usageByProcess(system: System): Map<string, Usage> {
  const names = new Map([...system.processes].map(([name, pid]) => [String(pid), name]));
  names.set(String(system.launcherPid), 'launcher');
  const parents = new Map<string, string>();
  for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      parents.set(pid, parentOf(pid));
    } catch {
      // The process ended between the listing and the read.
    }
  }
  const totals = new Map<string, Usage>();
  for (const pid of parents.keys()) {
    let at: string | undefined = pid;
    while (at !== undefined && !names.has(at)) at = parents.get(at);
    const name = at === undefined ? undefined : names.get(at);
    if (name === undefined) continue;
    try {
      const usage = usageOf(pid);
      const sum = totals.get(name) ?? { pssMb: 0, cpuSeconds: 0 };
      totals.set(name, {
        pssMb: sum.pssMb + usage.pssMb,
        cpuSeconds: sum.cpuSeconds + usage.cpuSeconds,
      });
    } catch {
      // The process ended between the listing and the read.
    }
  }
  return totals;
}
