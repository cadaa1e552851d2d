import type { Finding } from '../findings.ts';
import type { DestinationRule } from './read.ts';

/** Mistakes in the traffic policy of a DestinationRule. */
export function lintRule({ spec, note }: DestinationRule): Finding[] {
  const outlier = spec.trafficPolicy?.outlierDetection;
  const at = ['spec', 'trafficPolicy', 'outlierDetection'];
  const findings: Finding[] = [];
  if (outlier?.consecutiveErrors !== undefined) {
    const says =
      'consecutiveErrors is deprecated; consecutive5xxErrors or consecutiveGatewayErrors replace it';
    findings.push(note('deprecated_field', [...at, 'consecutiveErrors'], says));
  }
  if (outlier?.consecutive5xxErrors === 0 && !outlier.consecutiveGatewayErrors) {
    findings.push(note('outlier_off', [...at, 'consecutive5xxErrors'], '0 switches outlier detection off'));
  }
  return findings;
}
