import { PeerSettings, type ResilienceChange } from '@stormglass/agents/contract';
import type { Path } from '../../documents/index.ts';
import { goDurationMs } from '../duration.ts';
import type { Finding } from '../findings.ts';
import { serviceOf } from './host.ts';
import type { ImportOptions } from './options.ts';
import type { DestinationRule, VirtualService } from './read.ts';
import type { ConnectionPool, HttpRoute, OutlierDetection } from './schema.ts';

/** Settings which services that call a peer are to have; without callers: all that call it. */
export interface Policy {
  callers: readonly string[];
  change: Extract<ResilienceChange, { kind: 'peer' }>;
  /** `VirtualService payments`. */
  origin: string;
}

export interface ImportedPolicies {
  policies: Policy[];
  findings: Finding[];
}

type Settings = Partial<PeerSettings>;
type Note = VirtualService['note'];

/** Timeouts and retries of a VirtualService as settings of its callers. */
export function routePolicies(service: VirtualService, options: ImportOptions): ImportedPolicies {
  const result: ImportedPolicies = { policies: [], findings: [] };
  const { note } = service;
  const taken = new Set<string>();
  for (const [index, route] of (service.spec.http ?? []).entries()) {
    const at: Path = ['spec', 'http', index];
    const settings = callSettings(route, at, note, result.findings);
    if (Object.keys(settings).length === 0) continue;
    if ((route.match ?? []).length > 0) {
      const says = 'settings here are of all calls to a peer, there of the calls that match';
      result.findings.push(note('meaning_differs', at, says));
    }
    const hosts = (route.route ?? []).flatMap(({ destination }) => destination?.host ?? []);
    for (const host of hosts.length > 0 ? hosts : (service.spec.hosts ?? [])) {
      const peer = serviceOf(host, options.services);
      if (taken.has(peer)) {
        const says = `${peer} has settings from an earlier route already; those were kept`;
        result.findings.push(note('setting_not_expressible', at, says));
        continue;
      }
      taken.add(peer);
      result.policies.push(policy(service, peer, settings, options));
    }
  }
  return result;
}

/** Pools and outlier detection of a DestinationRule as settings of its callers. */
export function rulePolicies(rule: DestinationRule, options: ImportOptions): ImportedPolicies {
  const { spec, note } = rule;
  const findings: Finding[] = [];
  const { connectionPool, outlierDetection, portLevelSettings } = spec.trafficPolicy ?? {};
  const at: Path = ['spec', 'trafficPolicy'];
  const settings: Settings = {
    ...poolSettings(connectionPool, [...at, 'connectionPool'], note, findings),
    ...outlierSettings(outlierDetection, [...at, 'outlierDetection'], note, findings),
  };
  const left = [
    ...(portLevelSettings === undefined ? [] : [[...at, 'portLevelSettings']]),
    ...(spec.subsets ?? []).flatMap(({ trafficPolicy }, index) =>
      trafficPolicy === undefined ? [] : [['spec', 'subsets', index, 'trafficPolicy']],
    ),
  ];
  for (const path of left) {
    findings.push(note('setting_not_expressible', path, 'settings here are of a peer as a whole'));
  }
  if (spec.host === undefined || Object.keys(settings).length === 0) return { policies: [], findings };
  return { policies: [policy(rule, serviceOf(spec.host, options.services), settings, options)], findings };
}

function policy(
  { kind, name }: Pick<VirtualService | DestinationRule, 'kind' | 'name'>,
  peer: string,
  settings: Settings,
  { callers }: ImportOptions,
): Policy {
  return { callers, change: { kind: 'peer', name: peer, settings }, origin: `${kind} ${name}`.trim() };
}

function callSettings({ timeout, retries }: HttpRoute, at: Path, note: Note, findings: Finding[]): Settings {
  const settings: Settings = {};
  const set = setter(settings, note, findings);
  const whole = timeout === undefined ? 0 : goDurationMs(timeout);
  const each = retries?.perTryTimeout === undefined ? 0 : goDurationMs(retries.perTryTimeout);
  if (each > 0) set('timeoutMs', each, [...at, 'retries', 'perTryTimeout']);
  else if (whole > 0) {
    set('timeoutMs', whole, [...at, 'timeout']);
    const says = 'the timeout there is of all attempts together, here of each';
    if ((retries?.attempts ?? 0) > 0) findings.push(note('meaning_differs', [...at, 'timeout'], says));
  }
  if (each > 0 && whole > 0)
    set('retryTimeLimits', Math.max(1, Math.floor(whole / each)), [...at, 'timeout']);
  if (retries === undefined) return settings;
  if (retries.attempts !== undefined) set('retries', retries.attempts, [...at, 'retries', 'attempts']);
  if (retries.backoff !== undefined) {
    set('retryBaseMs', goDurationMs(retries.backoff), [...at, 'retries', 'backoff']);
  }
  if (retries.retryOn !== undefined) {
    const says = 'here a call is repeated when that does no harm, whatever went wrong';
    findings.push(note('meaning_differs', [...at, 'retries', 'retryOn'], says));
  }
  return settings;
}

function poolSettings(pool: ConnectionPool | undefined, at: Path, note: Note, findings: Finding[]): Settings {
  const settings: Settings = {};
  const set = setter(settings, note, findings);
  const { tcp, http } = pool ?? {};
  if (tcp?.maxConnections !== undefined)
    set('maxConnections', tcp.maxConnections, [...at, 'tcp', 'maxConnections']);
  if (http?.http2MaxRequests !== undefined) {
    set('bulkheadSlots', http.http2MaxRequests, [...at, 'http', 'http2MaxRequests']);
  }
  if (http?.http1MaxPendingRequests !== undefined) {
    set('bulkheadLine', http.http1MaxPendingRequests, [...at, 'http', 'http1MaxPendingRequests']);
  }
  if (tcp?.connectTimeout !== undefined) {
    const says = 'the time limit here is of a whole attempt, its connection included';
    findings.push(note('setting_not_expressible', [...at, 'tcp', 'connectTimeout'], says));
  }
  if (http?.maxRetries !== undefined) {
    const says = 'repetitions under way at once are not limited here';
    findings.push(note('setting_not_expressible', [...at, 'http', 'maxRetries'], says));
  }
  return settings;
}

function outlierSettings(
  outlier: OutlierDetection | undefined,
  at: Path,
  note: Note,
  findings: Finding[],
): Settings {
  const settings: Settings = {};
  if (outlier === undefined) return settings;
  const set = setter(settings, note, findings);
  // Istio's own defaults stand for what is not written.
  const errors =
    outlier.consecutive5xxErrors ?? outlier.consecutiveGatewayErrors ?? outlier.consecutiveErrors ?? 5;
  set('outlierErrors', errors, [...at, 'consecutive5xxErrors']);
  set('outlierEjectionMs', goDurationMs(outlier.baseEjectionTime ?? '30s'), [...at, 'baseEjectionTime']);
  set('outlierMaxPercent', outlier.maxEjectionPercent ?? 10, [...at, 'maxEjectionPercent']);
  if (outlier.interval !== undefined) {
    const says = 'an instance is left out at its last error here, not at the next look';
    findings.push(note('meaning_differs', [...at, 'interval'], says));
  }
  if (outlier.minHealthPercent !== undefined) {
    const says = 'only maxEjectionPercent bounds who is left out here';
    findings.push(note('setting_not_expressible', [...at, 'minHealthPercent'], says));
  }
  return settings;
}

/** Sets a setting within the bounds it has here. */
function setter(settings: Settings, note: Note, findings: Finding[]) {
  return (name: keyof PeerSettings, value: number, path: Path): void => {
    const { minValue, maxValue } = PeerSettings.shape[name];
    const rounded = Math.round(value);
    const bounded = Math.min(maxValue ?? rounded, Math.max(minValue ?? rounded, rounded));
    if (bounded !== rounded) {
      findings.push(note('setting_out_of_range', path, `${rounded} becomes ${bounded} as ${name}`));
    }
    settings[name] = bounded;
  };
}
