import type { FaultSpec } from '@stormglass/agents/contract';
import type { JourneyKind, SweepCell } from '../contract/index.ts';
import { placeKey } from './observed.ts';

/**
 * Several cells as one: their faults at once, on the same traces, so that what they do together is seen against those that are
 * spared all of them. The variant is that of the first of `all`, the whole schedule, whichever of its cells are taken.
 */
export function schedule(all: readonly SweepCell[], taken: readonly SweepCell[]): SweepCell {
  const [first, ...others] = taken;
  if (first === undefined) throw new RangeError('a schedule has at least one cell');
  const variant = all.flatMap(({ faults }) => faults).find(({ selector }) => selector.variant)
    ?.selector.variant;
  const wide = taken.some(({ control }) => control === 'before');
  const faults = taken
    .flatMap((cell) => cell.faults)
    .map((spec): FaultSpec => {
      if (spec.selector.variant === undefined || variant === undefined) return spec;
      return { ...spec, selector: { ...spec.selector, variant } };
    });
  const unique = <T>(values: readonly T[], key: (value: T) => string) => [
    ...new Map(values.map((value) => [key(value), value])).values(),
  ];
  return {
    ...first,
    id: taken.map(({ id }) => id).join(' + '),
    row: taken.map(({ row }) => row).join(' + '),
    column: taken.map(({ column }) => column).join(' + '),
    faults,
    control: wide ? 'before' : 'half',
    journeys: unique(
      taken.flatMap(({ journeys }) => journeys),
      ({ service, operation }: JourneyKind) => `${service}|${operation}`,
    ),
    passing: Math.min(first.passing, ...others.map(({ passing }) => passing)),
    places: unique(
      taken.flatMap(({ places }) => places),
      placeKey,
    ),
  };
}
