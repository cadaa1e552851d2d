import { SEMCONV } from '../../contract/telemetry.ts';
import type { WireReader } from '../wire/reader.ts';
import { readAttribute, type Scalar, WantedKeys } from '../wire/value.ts';

const WANTED = new WantedKeys([SEMCONV.serviceName, SEMCONV.serviceInstance]);

/** Who sent it. */
export interface Origin {
  service: string;
  instance: string;
}

/**
 * Walks `Export*ServiceRequest`: for each resource its items (spans, log records or metrics), whose cursor is handed to
 * `visit`. A resource may stand after its scopes on the wire, so it is looked for first.
 */
export function eachItem(request: WireReader, visit: (item: WireReader, origin: Origin) => void): void {
  while (request.next()) {
    if (request.field !== 1) {
      request.skip();
      continue;
    }
    const group = request.message();
    const origin = originOf(group);
    while (group.next()) {
      if (group.field === 2) eachOfScope(group.message(), origin, visit);
      else group.skip();
    }
  }
}

function eachOfScope(
  scope: WireReader,
  origin: Origin,
  visit: (item: WireReader, origin: Origin) => void,
): void {
  while (scope.next()) {
    if (scope.field === 2) visit(scope.message(), origin);
    else scope.skip();
  }
}

/** Who sent a ResourceX; the cursor stays where it is. */
export function originOf(group: WireReader): Origin {
  const start = group.pos;
  const found = new Map<string, Scalar>();
  while (group.next()) {
    if (group.field !== 1) {
      group.skip();
      continue;
    }
    const resource = group.message();
    while (resource.next()) {
      if (resource.field === 1) readAttribute(resource.message(), WANTED, found);
      else resource.skip();
    }
  }
  group.pos = start;
  return {
    service: String(found.get(SEMCONV.serviceName) ?? ''),
    instance: String(found.get(SEMCONV.serviceInstance) ?? ''),
  };
}

/** First non-empty of several spellings of an attribute. */
export function pick(attributes: ReadonlyMap<string, Scalar>, names: readonly string[]): string {
  for (const name of names) {
    const value = attributes.get(name);
    if (value !== undefined && value !== '') return String(value);
  }
  return '';
}

export function text(attributes: ReadonlyMap<string, Scalar>, name: string): string {
  return String(attributes.get(name) ?? '');
}

export function number(attributes: ReadonlyMap<string, Scalar>, name: string): number {
  const value = Number(attributes.get(name) ?? 0);
  return Number.isFinite(value) ? value : 0;
}
