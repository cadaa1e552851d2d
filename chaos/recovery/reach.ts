import type { Reach } from '@stormglass/agents/contract';
import type { Figure, Recovery } from '../contract/index.ts';
import { known, percent, unknown, withPoints } from './figure.ts';

const FORMULA = '(requests with a receipt + requests that descend from a span with one) / requests, t0 to t4';

/** Ancestry stands in the spans and not in a timeline: it is counted once, in the store, when a run is over. */
export function reachNotCounted(): Figure {
  return unknown('share', FORMULA, 'counted in the traces when the run is over');
}

/** What to ask the store for; null while there was no effect. */
export function reachRange(
  recovery: Pick<Recovery, 't0' | 't4'>,
  end: number,
): { from: number; to: number } | null {
  const { t0, t4 } = recovery;
  const to = Math.max(t4 ?? end, (t0 ?? 0) + 1);
  return t0 === null ? null : { from: t0, to };
}

export function reachFigure({ requests, hurt, descended, tracesRead, oneIn }: Reach): Figure {
  if (requests === 0) return unknown('share', FORMULA, 'no request was served in that time');
  if (tracesRead === 0) return unknown('share', FORMULA, 'no span of that time carries a receipt');
  const share = Math.min(1, (hurt + descended) / requests);
  const part = oneIn === 1 ? `${tracesRead} traces` : `${tracesRead} traces, one in ${oneIn}`;
  const inputs =
    `${hurt} with a receipt and ${descended} below them of ${requests} requests and messages, ` +
    `${percent(share)}; ${part} looked through`;
  return withPoints(known(share, 'share', FORMULA, inputs), [
    { at: null, value: hurt / requests, what: `${hurt} with a receipt` },
    { at: null, value: descended / requests, what: `${descended} descend from one` },
  ]);
}

/** Without an answer of the store. */
export function reachUnknown(why: string): Figure {
  return unknown('share', FORMULA, why);
}
