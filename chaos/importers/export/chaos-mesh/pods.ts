import type { FaultSpec } from '@stormglass/agents/contract';
import { toGoDuration } from '../../duration.ts';
import type { ExportOptions, Manifest } from '../manifest.ts';

export type Chaos = Pick<Manifest, 'kind' | 'spec'>;

/** All pods of a service. */
export function podsOf(service: string, { namespace, label }: ExportOptions): Record<string, unknown> {
  const where = namespace === undefined ? {} : { namespaces: [namespace] };
  return { mode: 'all', selector: { ...where, labelSelectors: { [label]: service } } };
}

export const lasting = ({ durationMs }: FaultSpec): { duration: string } => ({
  duration: toGoDuration(durationMs),
});
