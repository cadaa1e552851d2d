import type { FaultTarget, FaultType, Place } from '@stormglass/agents/contract';
import type { Observed } from './observed.ts';

/** Something of the map that can be hurt. */
export interface SweepTarget {
  target: FaultTarget;
  /** What people call it: a row of the heat map. */
  row: string;
  /** Journeys that pass here feel it. */
  at: (place: Place) => boolean;
  /** It is a service's way to its database, so that only faults of statements and connections mean it. */
  statements: boolean;
}

/** Faults on a service that hurt its way to a database. */
const STATEMENT_FAULTS: readonly FaultType[] = ['slow_query', 'query_error', 'pool_exhaustion'];

/** Whether that type of fault means this target, where both are of the right kind. */
export function means(type: FaultType, { target, statements }: SweepTarget): boolean {
  return target.kind !== 'service' || STATEMENT_FAULTS.includes(type) === statements;
}

/** Services, edges, queues, databases and processes of the map, in order of name. Clients of the system are none of it. */
export function targetsOf({ map }: Observed): SweepTarget[] {
  const edges = map.edges.filter(({ now }) => now.calls > 0);
  const serving = map.nodes.filter(({ kind, now }) => kind === 'service' && now.calls > 0);
  const handling = edges.filter(({ kind }) => kind === 'consumer').map(({ service }) => service);
  const services = [...new Set([...serving.map(({ name }) => name), ...handling])];
  const own = edges.filter(({ service }) => services.includes(service));
  const storing = [...new Set(own.filter(({ kind }) => kind === 'db').map(({ service }) => service))];
  const targets = [
    ...serving.map(({ name }) => serviceTarget(name)),
    ...own.flatMap(edgeTarget),
    ...services.map(processTarget),
    ...storing.flatMap(storageTargets),
  ];
  return targets.sort((a, b) => (a.row < b.row ? -1 : 1));
}

function serviceTarget(service: string): SweepTarget {
  return {
    target: { kind: 'service', service },
    row: service,
    at: (place) => place.kind === 'server' && place.service === service,
    statements: false,
  };
}

function edgeTarget({ kind, service, peer }: Observed['map']['edges'][number]): SweepTarget[] {
  const at = (place: Place) => place.kind === kind && place.service === service && place.peer === peer;
  const rest = { at, statements: false };
  switch (kind) {
    case 'client':
      return [{ target: { kind: 'edge', from: service, to: peer }, row: `${service} to ${peer}`, ...rest }];
    case 'producer':
      return [{ target: { kind, service, queue: peer }, row: `${service} to queue ${peer}`, ...rest }];
    case 'consumer':
      return [{ target: { kind, service, queue: peer }, row: `${service} from queue ${peer}`, ...rest }];
    case 'db':
      return [];
  }
}

function processTarget(service: string): SweepTarget {
  return {
    target: { kind: 'process', service },
    row: `${service} process`,
    at: (place) => place.service === service && (place.kind === 'server' || place.kind === 'consumer'),
    statements: false,
  };
}

function storageTargets(service: string): SweepTarget[] {
  const at = (place: Place) => place.kind === 'db' && place.service === service;
  return [
    { target: { kind: 'service', service }, row: `${service} statements`, at, statements: true },
    { target: { kind: 'database', service }, row: `${service} database`, at, statements: false },
    { target: { kind: 'proxy', service }, row: `${service} network`, at, statements: false },
  ];
}
