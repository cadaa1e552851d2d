import type { ProcessEvent, Timeline } from '@stormglass/agents/contract';
import type { SloRow } from './model.ts';

/** As the host agent words the end of a process that was asked to end and did: a crash or a kill reads otherwise. */
const BY_ITSELF = new Set(['exit code 0', 'SIGTERM']);
/** Traffic is counted by the second in which a call ended. */
const EDGE_MS = 1000;

interface Restart {
  service: string;
  from: number;
  to: number;
}

/** Ends in good order that were followed by a healthy start. */
function restarts(processes: readonly ProcessEvent[]): Restart[] {
  const ended = new Map<string, number>();
  const all: Restart[] = [];
  for (const { service, instance, state, detail, at } of [...processes].sort((a, b) => a.at - b.at)) {
    const key = `${service}|${instance}`;
    const from = ended.get(key);
    if (state === 'exited' && BY_ITSELF.has(detail)) ended.set(key, from ?? at);
    else if (state === 'healthy' && from !== undefined) {
      all.push({ service, from, to: at });
      ended.delete(key);
    }
  }
  return all;
}

/** What callers lost while a service was restarted in good order. Unknown without such a restart, or without a call. */
export function restartRow({ processes, traffic }: Pick<Timeline, 'processes' | 'traffic'>): SloRow {
  const found = restarts(processes);
  const meanwhile = traffic.filter(
    (cell) =>
      cell.kind === 'client' &&
      found.some(({ service, from, to }) => {
        const at = cell.second * 1000;
        return cell.peer === service && at >= from - EDGE_MS && at <= to + EDGE_MS;
      }),
  );
  const sum = (of: 'calls' | 'errors') => meanwhile.reduce((total, cell) => total + cell[of], 0);
  const [calls, lost] = [sum('calls'), sum('errors')];
  const services = [...new Set(found.map((restart) => restart.service))].join(', ');
  return {
    ...{ spent: null, brokenBy: null },
    id: 'restart',
    title: 'Restart in good order',
    limit: 'no request lost',
    value: calls === 0 ? 'unknown' : `${lost} lost`,
    verdict: calls === 0 ? 'unknown' : lost === 0 ? 'holds' : 'broken',
    basis:
      found.length === 0
        ? 'no service was restarted in good order in the range'
        : `${services}: ${calls} calls to it meanwhile`,
  };
}
