/** How much a finding matters: an error was not taken over, a warning is a likely mistake or a loss, info explains. */
export type Severity = 'error' | 'warning' | 'info';

/**
 * Everything that can be said of a foreign file which is well formed, and the next step for each. The list is closed;
 * codes are stable.
 */
export const FINDING_CODES = {
  percentage_below_one: ['warning', 'Write 10 for ten percent, 100 for every request.'],
  percentage_missing: ['warning', 'Write percentage: {value: 100} to hurt every request.'],
  percentage_zero: ['warning', 'Write a share above 0, or remove the fault.'],
  deprecated_field: ['warning', 'Write the field that replaces it.'],
  unsupported_field: ['warning', 'Remove it: Istio refuses or ignores it.'],
  fault_disables_retries: [
    'warning',
    'Put the fault on a route of its own, or hurt the service itself instead.',
  ],
  fault_empty: ['warning', 'Write a delay, an abort, or both.'],
  hosts_missing: ['error', 'Name at least one host.'],
  host_unqualified: [
    'info',
    'Write service.namespace.svc.cluster.local when the rule stands in another namespace.',
  ],
  host_twice: [
    'warning',
    'Put all routes of a host into one VirtualService: sidecars take one of them only.',
  ],
  gateways_without_mesh: ['warning', 'Add `mesh` to gateways, or calls between services are not affected.'],
  subset_undefined: ['warning', 'Define the subset in a DestinationRule, or requests are answered with 503.'],
  route_unreachable: ['warning', 'Move the route without a match to the end.'],
  retries_beyond_timeout: ['warning', 'Raise the timeout, or lower attempts or perTryTimeout.'],
  retry_condition_unknown: ['warning', 'Correct the name; Envoy ignores those it does not know.'],
  outlier_off: ['warning', 'Write a number above 0, or remove outlierDetection.'],
  unknown_field: ['warning', 'Remove the field or correct its name.'],
  kind_ignored: ['info', 'Nothing: only VirtualService and DestinationRule are read.'],
  match_not_expressible: ['error', 'Write the fault by hand, for a route that can be named exactly.'],
  abort_not_expressible: ['error', 'Write httpStatus with 400 to 599.'],
  delay_not_expressible: ['error', 'Write fixedDelay.'],
  earlier_routes_excluded: [
    'warning',
    'Mind that requests which earlier routes match are hurt as well here.',
  ],
  meaning_differs: ['info', 'Check whether that is what you want.'],
  setting_not_expressible: ['warning', 'Nothing takes its place here; keep it in the mesh.'],
  setting_out_of_range: ['warning', 'The nearest bound was taken.'],
  caller_unknown: ['info', 'Name who calls with --from, so that it is an edge of that caller only.'],
  fault_ends: ['info', 'Write another end with --duration.'],
  not_expressible: ['error', 'Arm it here: `stormglass faults arm`.'],
  lost_detail: ['warning', 'Nothing: the other tool has no such thing.'],
  no_end: ['warning', 'Delete the manifest when the time is over: nothing else ends it.'],
} as const satisfies Record<string, readonly [Severity, string]>;
export type FindingCode = keyof typeof FINDING_CODES;

export interface Finding {
  code: FindingCode;
  severity: Severity;
  /** `VirtualService payments`. */
  resource: string;
  /** `spec.http[0].fault.delay`. */
  path: string;
  line: number | null;
  message: string;
  next: string;
}

type Place = Pick<Finding, 'resource' | 'path' | 'line'>;

export function finding(code: FindingCode, place: Place, message: string): Finding {
  const [severity, next] = FINDING_CODES[code];
  return { code, severity, ...place, message, next };
}

const RANK: readonly Severity[] = ['error', 'warning', 'info'];

/** What matters most first; otherwise in the order of the file. */
export function inOrder(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => RANK.indexOf(a.severity) - RANK.indexOf(b.severity));
}
