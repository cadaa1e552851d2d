import type { FaultShape } from '../../contract/index.ts';

/**
 * The share 0..1 of selected calls that a shape lets be hurt: `elapsedMs` since arming, by the injector's own clock,
 * `ordinal` such calls made before by the same trace. Nothing else goes in, so a replay decides the same.
 */
export function shareOf(shape: FaultShape | undefined, elapsedMs: number, ordinal: number): number {
  switch (shape?.type) {
    case undefined:
      return 1;
    case 'fail_first':
      return ordinal < shape.calls ? 1 : 0;
    case 'pulse':
      return elapsedMs % (shape.onMs + shape.offMs) < shape.onMs ? 1 : 0;
    case 'ramp': {
      const done = Math.min(1, elapsedMs / shape.overMs);
      return (shape.fromPercent + (shape.toPercent - shape.fromPercent) * done) / 100;
    }
  }
}
