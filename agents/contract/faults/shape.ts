import { z } from 'zod';
import { described, quantity } from './parameter.ts';

const percent = (title: string, fallback: number) =>
  described(z.number().min(0).max(100).default(fallback), { title, unit: '%' });

/**
 * When, over a fault's life, the selected calls are hurt. Time runs from arming, on the injector's own monotonic clock.
 * The selector's percentage is taken of what the shape lets through.
 */
export const SHAPES = [
  z.object({
    type: z.literal('fail_first'),
    calls: quantity(1, 1000, {
      title: 'Calls',
      about: "Of each trace's calls of one operation the first so many are hurt, the later ones pass.",
    }).default(1),
  }),
  z.object({
    type: z.literal('pulse'),
    onMs: quantity(1, 600_000, { title: 'On', unit: 'ms' }).default(5_000),
    offMs: quantity(1, 600_000, { title: 'Off', unit: 'ms' }).default(5_000),
  }),
  z.object({
    type: z.literal('ramp'),
    fromPercent: percent('From', 0),
    toPercent: percent('To', 100),
    overMs: quantity(1, 600_000, {
      title: 'Over',
      unit: 'ms',
      about: 'Then it stays at the last share.',
    }).default(10_000),
  }),
] as const;
export const FaultShape = z.discriminatedUnion('type', SHAPES);
export type FaultShape = z.infer<typeof FaultShape>;

export const SHAPE_TITLES: Readonly<Record<FaultShape['type'], string>> = {
  fail_first: 'First calls fail',
  pulse: 'On and off',
  ramp: 'Ramp',
};
