import type { Path } from '../../documents/index.ts';
import { goDurationMs } from '../duration.ts';
import type { Finding } from '../findings.ts';
import type { VirtualService } from './read.ts';
import type { Abort, Delay, HttpRoute, Retries } from './schema.ts';

/** Mistakes in the routes of a VirtualService, fault, retries and timeout of each. */
export function lintRoutes(service: VirtualService): Finding[] {
  const routes = service.spec.http ?? [];
  return [
    ...unreachable(service, routes),
    ...routes.flatMap((route, index) => lintRoute(service, route, ['spec', 'http', index])),
  ];
}

function unreachable({ note }: VirtualService, routes: readonly HttpRoute[]): Finding[] {
  const open = routes.findIndex(({ match }) => match === undefined || match.length === 0);
  if (open === -1 || open === routes.length - 1) return [];
  const says = `it takes every request: the ${routes.length - 1 - open} after it are never reached`;
  return [note('route_unreachable', ['spec', 'http', open], says)];
}

function lintRoute({ note }: VirtualService, route: HttpRoute, at: Path): Finding[] {
  const findings: Finding[] = [];
  const { fault, retries, timeout } = route;
  if (fault !== undefined) {
    findings.push(...lintFault(note, route, [...at, 'fault']));
    const off = [retries && 'retries', timeout && 'timeout'].filter((word) => word !== undefined);
    if (off.length > 0) {
      const says = `Istio does not apply ${off.join(' and ')} on a route that has a fault`;
      findings.push(note('fault_disables_retries', [...at, 'fault'], says));
    }
  }
  for (const old of ['mirrorPercent', 'mirror_percent'] as const) {
    if (route[old] === undefined) continue;
    const says = `${old} is deprecated; mirrorPercentage: {value} replaces it`;
    findings.push(note('deprecated_field', [...at, old], says));
  }
  if (retries !== undefined) findings.push(...lintRetries(note, retries, timeout, [...at, 'retries']));
  return findings;
}

type Note = VirtualService['note'];

function lintFault(note: Note, { fault }: HttpRoute, at: Path): Finding[] {
  const { delay, abort } = fault ?? {};
  const findings: Finding[] = [];
  if (delay === undefined && abort === undefined) {
    findings.push(note('fault_empty', at, 'it has neither a delay nor an abort'));
  }
  if (delay !== undefined) findings.push(...lintShare(note, delay, [...at, 'delay']));
  if (abort !== undefined) findings.push(...lintShare(note, abort, [...at, 'abort']));
  if (abort?.percent !== undefined) {
    const says = 'percent of an abort was removed from Istio; percentage: {value} replaces it';
    findings.push(note('deprecated_field', [...at, 'abort', 'percent'], says));
  }
  if (delay?.percent !== undefined) {
    const says = 'percent is deprecated; percentage: {value} replaces it';
    findings.push(note('deprecated_field', [...at, 'delay', 'percent'], says));
  }
  if (abort?.http2Error !== undefined) {
    const says = 'http2Error is in the schema, and refused by Istio';
    findings.push(note('unsupported_field', [...at, 'abort', 'http2Error'], says));
  }
  return findings;
}

function lintShare(note: Note, { percentage, percent }: Delay | Abort, at: Path): Finding[] {
  const value = percentage === undefined ? percent : (percentage.value ?? 0);
  if (value === undefined) {
    return [note('percentage_missing', at, 'without a percentage Istio hurts no request')];
  }
  if (value === 0) return [note('percentage_zero', at, 'a percentage of 0 hurts no request')];
  if (value >= 1) return [];
  const oneIn = Math.round(100 / value).toLocaleString('en');
  const says = `${value} means ${value} %, one request in ${oneIn}, not ${value * 100} %`;
  return [note('percentage_below_one', [...at, 'percentage', 'value'], says)];
}

/** What Envoy and Istio know as conditions of a retry; a number is a status. */
const RETRY_ON = new Set([
  ...['5xx', 'gateway-error', 'reset', 'reset-before-request', 'connect-failure', 'envoy-ratelimited'],
  ...[
    'retriable-4xx',
    'refused-stream',
    'retriable-status-codes',
    'retriable-headers',
    'http3-post-connect-failure',
  ],
  ...['cancelled', 'deadline-exceeded', 'internal', 'resource-exhausted', 'unavailable'],
]);

function lintRetries(note: Note, retries: Retries, timeout: string | undefined, at: Path): Finding[] {
  const findings: Finding[] = [];
  const { attempts = 0, perTryTimeout, retryOn } = retries;
  if (perTryTimeout !== undefined && timeout !== undefined) {
    const all = (attempts + 1) * goDurationMs(perTryTimeout);
    const most = goDurationMs(timeout);
    if (most > 0 && all > most) {
      const says = `${attempts + 1} attempts of ${perTryTimeout} want ${all} ms, the timeout ends them after ${most} ms`;
      findings.push(note('retries_beyond_timeout', at, says));
    }
  }
  const unknown = (retryOn ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '' && !RETRY_ON.has(word) && !/^\d{3}$/.test(word));
  if (unknown.length > 0) {
    findings.push(
      note('retry_condition_unknown', [...at, 'retryOn'], `${unknown.join(', ')} is no condition`),
    );
  }
  return findings;
}
