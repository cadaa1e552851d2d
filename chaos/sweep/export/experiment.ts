import { stringify } from 'yaml';
import type { ExperimentSpec, SweepCell, SweepRequest } from '../../contract/index.ts';
import { faultTitle } from '../../engine/index.ts';

/** A cell, or the few faults that a schedule was shrunk to, as what is written into a file. */
export interface Exported {
  /** What people call it. */
  title: string;
  cell: SweepCell;
  request: SweepRequest;
  /** What the sweep found, in words; empty when it was not tried. */
  found: string;
}

/** Of a service level as an experiment measures it, milliseconds; what the sweep calls slow depends on its own minutes. */
const WITHIN_MS = 1_500;

/** An experiment file of ours: the same faults on the same traces, and the journey must hold while they are on. */
export function asExperiment(exported: Exported): string {
  return stringify(specOf(exported), { lineWidth: 120, aliasDuplicateObjects: false });
}

function specOf({ title, cell, request, found }: Exported): Partial<ExperimentSpec> {
  const [journey] = cell.journeys;
  const query = {
    ...{ service: journey?.service ?? '', operation: journey?.operation ?? '' },
    ...{ metric: 'good_rate' as const, within_ms: WITHIN_MS, window: 10 },
  };
  const least = (by: number) => ({
    type: 'range' as const,
    range: [Math.round((1 - by) * 1000) / 1000, 1] as [number, number],
  });
  const allowed = request.tolerance * cell.passing;
  const name = `${query.operation} of ${query.service}`;
  return {
    title,
    description: found === '' ? 'A cell of a sweep.' : `A sweep found: ${found}.`,
    tags: ['sweep'],
    sli: query,
    'steady-state-hypothesis': {
      title: `${name} is answered well`,
      probes: [
        {
          type: 'probe',
          name: `${name} is good`,
          provider: { type: 'sli', query },
          tolerance: least(allowed),
        },
      ],
    },
    method: [
      ...cell.faults.map((spec) => ({
        type: 'action' as const,
        name: faultTitle(spec),
        provider: { type: 'fault' as const, spec: { ...spec, durationMs: 30_000 } },
      })),
      {
        type: 'probe',
        name: `${name} stays good`,
        provider: { type: 'sli', query },
        tolerance: least(allowed),
        pauses: { before: 12 },
      },
    ],
  };
}
