import type { Answer } from '../../live/answers.ts';

/** What is really there, to be written into fields that name it. */
export interface Names {
  /** What fits the field `key`; `around` is the map it stands in. */
  of(key: string, around: Readonly<Record<string, unknown>>): string[];
}

interface Seen {
  services: Answer<'services'>['services'];
  queues: Answer<'queues'>['queues'];
  invariants: readonly string[];
  protections: Answer<'protections'>['protections'];
}

const SERVICE_KEYS = ['service', 'peer', 'from', 'to'];

const unique = (all: readonly string[]): string[] => [...new Set(all)].sort();

/** By the telemetry of the last minutes and the agents that are connected. */
export function namesOf({ services, queues, invariants, protections }: Seen): Names {
  return {
    of: (key, around) => {
      const own = services.filter(
        ({ service }) => around.service === undefined || service === around.service,
      );
      if (SERVICE_KEYS.includes(key)) return unique(services.map(({ service }) => service));
      if (key === 'operation') return unique(own.flatMap(({ operations }) => operations));
      if (key === 'route') return unique(services.flatMap(({ operations }) => operations.flatMap(routeOf)));
      if (key === 'queue') return unique(queues.map(({ queue }) => queue));
      if (key === 'id' || key === 'may_violate') return [...invariants];
      if (key === 'protection') {
        return unique(
          protections
            .filter(({ service }) => around.service === undefined || service === around.service)
            .map(({ name }) => name),
        );
      }
      return key === 'instance' ? unique(own.flatMap(({ instances }) => instances)) : [];
    },
  };
}

/** `POST /charges` has a route. */
function routeOf(operation: string): string[] {
  const [, route] = operation.split(' ', 2);
  return route?.startsWith('/') ? [route] : [];
}
