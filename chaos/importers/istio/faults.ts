import {
  FaultSelector,
  FaultSpec,
  type FaultTarget,
  type FaultWish,
  MAX_FAULT_MS,
} from '@stormglass/agents/contract';
import type { Path } from '../../documents/index.ts';
import { goDurationMs } from '../duration.ts';
import type { Finding } from '../findings.ts';
import { serviceOf } from './host.ts';
import type { ImportOptions } from './options.ts';
import type { VirtualService } from './read.ts';
import type { Abort, Delay, HttpRoute, Match, StringMatch } from './schema.ts';

export interface ImportedFaults {
  faults: FaultSpec[];
  findings: Finding[];
}

/** Of one route, and of one of its matches: which calls are hurt. */
interface Where {
  targets: FaultTarget[];
  selector: Pick<FaultWish['selector'] & object, 'route' | 'method' | 'header'>;
}

/** The faults of a VirtualService as faults of ours, one for each destination and each match of a route. */
export function faultsOf(service: VirtualService, options: ImportOptions): ImportedFaults {
  const found: ImportedFaults = { faults: [], findings: [] };
  for (const [index, route] of (service.spec.http ?? []).entries()) {
    if (route.fault === undefined) continue;
    const at: Path = ['spec', 'http', index];
    const effects = effectsOf(service, route, at, found);
    if (effects.length === 0) continue;
    if (index > 0 && (route.match ?? []).length === 0) {
      const says = `Istio hurts only what the ${index} earlier ${index === 1 ? 'route' : 'routes'} leave`;
      found.findings.push(service.note('earlier_routes_excluded', at, says));
    }
    const places = placesOf(service, route, at, options, found);
    found.findings.push(...differences(service, places, at, options));
    for (const where of places) {
      for (const target of where.targets) {
        for (const effect of effects) found.faults.push(faultAt(effect, where, target, service, options));
      }
    }
  }
  return found;
}

/** What is true of every fault that comes from Istio. */
function differences(
  { note }: VirtualService,
  places: readonly Where[],
  at: Path,
  { durationMs }: ImportOptions,
): Finding[] {
  if (places.length === 0) return [];
  const path = [...at, 'fault'];
  const anybody = places.some(({ targets }) => targets.some(({ kind }) => kind === 'service'));
  return [
    note('fault_ends', path, `here it ends after ${durationMs / 1000} s, there it has no end`),
    ...(anybody ? [note('caller_unknown', path, 'the callee is hurt, whoever calls it')] : []),
  ];
}

interface Effect {
  action: FaultWish['action'];
  percentage: number;
}

function effectsOf(service: VirtualService, { fault }: HttpRoute, at: Path, found: ImportedFaults): Effect[] {
  const { delay, abort } = fault ?? {};
  const effects: Effect[] = [];
  const add = (part: Delay | Abort, action: FaultWish['action'] | null): void => {
    const percentage = shareOf(part);
    if (action !== null && percentage > 0) effects.push({ action, percentage });
  };
  if (delay !== undefined) add(delay, delayAction(service, delay, [...at, 'fault', 'delay'], found));
  if (abort !== undefined) add(abort, abortAction(service, abort, [...at, 'fault', 'abort'], found));
  return effects;
}

const shareOf = ({ percentage, percent }: Delay | Abort): number =>
  percentage === undefined ? (percent ?? 0) : (percentage.value ?? 0);

function delayAction(
  { note }: VirtualService,
  { fixedDelay }: Delay,
  at: Path,
  found: ImportedFaults,
): FaultWish['action'] | null {
  if (fixedDelay === undefined) {
    found.findings.push(note('delay_not_expressible', at, 'a delay without fixedDelay has no length'));
    return null;
  }
  const ms = Math.round(goDurationMs(fixedDelay));
  if (ms > MAX_FAULT_MS) {
    const says = `${fixedDelay} becomes ${MAX_FAULT_MS / 1000} s, the longest there is`;
    found.findings.push(note('setting_out_of_range', [...at, 'fixedDelay'], says));
  }
  return { type: 'latency', ms: Math.min(ms, MAX_FAULT_MS) };
}

function abortAction(
  { note }: VirtualService,
  { httpStatus, grpcStatus }: Abort,
  at: Path,
  found: ImportedFaults,
): FaultWish['action'] | null {
  if (httpStatus !== undefined && httpStatus >= 400) return { type: 'error', status: httpStatus };
  const is = grpcStatus === undefined ? `httpStatus ${httpStatus ?? 'nothing'}` : `grpcStatus ${grpcStatus}`;
  found.findings.push(note('abort_not_expressible', at, `an abort with ${is} is no failed HTTP call`));
  return null;
}

function placesOf(
  service: VirtualService,
  route: HttpRoute,
  at: Path,
  options: ImportOptions,
  found: ImportedFaults,
): Where[] {
  const callees = calleesOf(service, route, at, options, found);
  const matches = route.match ?? [];
  if (matches.length === 0) return [{ targets: targetsOf(callees, options.callers), selector: {} }];
  return matches.flatMap((match, index): Where[] => {
    const inexpressible = beyondUs(match);
    if (inexpressible !== null) {
      found.findings.push(service.note('match_not_expressible', [...at, 'match', index], inexpressible));
      return [];
    }
    const label = match.sourceLabels?.app;
    const callers = label === undefined ? options.callers : [label];
    return [{ targets: targetsOf(callees, callers), selector: selectorOf(match) }];
  });
}

function selectorOf({ uri, method, headers }: Match): Where['selector'] {
  const [header] = Object.entries(headers ?? {});
  return {
    ...(uri?.exact === undefined ? {} : { route: uri.exact }),
    ...(method?.exact === undefined ? {} : { method: method.exact }),
    ...(header === undefined ? {} : { header: headerOf(...header) }),
  };
}

/** Istio takes a header without any pattern as one that only has to be there. */
const headerOf = (name: string, { exact }: StringMatch): { name: string; value?: string } =>
  exact === undefined ? { name } : { name, value: exact };

/** Where the route leads; without a destination, whom the rule is of. */
function calleesOf(
  { spec, note }: VirtualService,
  { route }: HttpRoute,
  at: Path,
  { services }: ImportOptions,
  found: ImportedFaults,
): string[] {
  const named = (route ?? []).flatMap(({ destination }) => destination?.host ?? []);
  const hosts = (named.length > 0 ? named : (spec.hosts ?? [])).filter((host) => host !== '');
  const wild = hosts.filter((host) => host.includes('*'));
  if (wild.length > 0) {
    found.findings.push(note('match_not_expressible', at, `${wild.join(', ')} is no one service`));
  }
  return hosts.filter((host) => !host.includes('*')).map((host) => serviceOf(host, services));
}

/** What of a match a selector of ours cannot say; leaving it out would hurt calls that are not meant. */
function beyondUs(match: Match): string | null {
  const { uri, method, headers, withoutHeaders, queryParams, sourceLabels, ...rest } = match;
  if (uri !== undefined && uri.exact === undefined)
    return 'a uri by prefix or regex would hurt other routes, too';
  if (method !== undefined && method.exact === undefined)
    return 'a method by prefix or regex is not supported';
  const header = headersBeyondUs(headers ?? {});
  if (header !== null) return header;
  const other = Object.entries({ withoutHeaders, queryParams }).find(([, value]) => value !== undefined);
  if (other !== undefined) return `a match by ${other[0]} is not supported`;
  const labels = Object.keys(sourceLabels ?? {}).filter((label) => label !== 'app');
  if (labels.length > 0) return `a match by the label ${labels.join(', ')} is not supported; only app is`;
  const named = Object.entries(rest).find(
    ([name, value]) => value !== undefined && !['name', 'statPrefix', 'gateways'].includes(name),
  );
  return named === undefined ? null : `a match by ${named[0]} is not supported`;
}

/** Envoy has other fields for these, and Istio ignores them as headers. */
const NO_HEADERS: readonly string[] = ['uri', 'scheme', 'method', 'authority'];

function headersBeyondUs(headers: NonNullable<Match['headers']>): string | null {
  const names = Object.keys(headers);
  if (names.length > 1) return `a match by more than one header (${names.join(', ')}) is not supported`;
  const ignored = names.find((name) => NO_HEADERS.includes(name.toLowerCase()));
  if (ignored !== undefined) return `Istio ignores ${ignored} as a header; write it as a field of the match`;
  for (const [name, { exact, prefix, regex }] of Object.entries(headers)) {
    if (prefix !== undefined || regex !== undefined) {
      return `a header by prefix or regex (${name}) would hurt other calls, too`;
    }
    const known = FaultSelector.shape.header.safeParse(headerOf(name, { exact }));
    if (!known.success) return `the header ${name} is too long to be looked for`;
  }
  return null;
}

function targetsOf(callees: readonly string[], callers: readonly string[]): FaultTarget[] {
  return [...new Set(callees)].flatMap((to): FaultTarget[] =>
    callers.length === 0
      ? [{ kind: 'service', service: to }]
      : callers.map((from) => ({ kind: 'edge', from, to })),
  );
}

function faultAt(
  { action, percentage }: Effect,
  { selector }: Where,
  target: FaultTarget,
  { name }: VirtualService,
  { durationMs }: ImportOptions,
): FaultSpec {
  const reason = `Istio VirtualService ${name}`.trim();
  return FaultSpec.parse({ action, target, selector: { ...selector, percentage }, durationMs, reason });
}
