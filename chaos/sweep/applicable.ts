import {
  FAULT_CATALOGUE,
  FaultAction,
  type FaultPosition,
  FaultSpec,
  type FaultType,
  MAX_FAULT_MS,
  parametersOf,
  positionsOf,
  rowOf,
  sparesTraces,
} from '@stormglass/agents/contract';
import type { SweepRequest } from '../contract/index.ts';
import { means, type SweepTarget } from './targets.ts';

/** A fault at a place, before anybody asked whether it can be tried. */
export interface Candidate {
  id: string;
  row: string;
  /** `error@before`. */
  column: string;
  type: FaultType;
  position: FaultPosition;
  target: SweepTarget;
}

/** What they hurt is not on the map: which process the broker is, or who gives out tokens, nobody can see there. */
const NOT_ON_THE_MAP: readonly FaultType[] = ['broker_outage', 'token_authority_down'];
/** A lease lives so much longer than its cell, so that it is the sweep that ends it. */
const MARGIN_MS = 10_000;

/** Stronger than the default where that is nothing a user could notice. */
const STRENGTH: Partial<Record<FaultType, Record<string, unknown>>> = {
  latency: { ms: 2_000, distribution: 'fixed' },
  throttle: { bytesPerSecond: 64 },
};
/** Without a value of somebody's they change nothing. */
const WANTS: Partial<Record<FaultType, string>> = { corrupt: 'patch' };

/** Every type of fault that applies to the targets, at every position it has there. */
export function candidates(targets: readonly SweepTarget[]): Candidate[] {
  const types = (Object.keys(FAULT_CATALOGUE) as FaultType[]).filter(
    (type) => !NOT_ON_THE_MAP.includes(type),
  );
  return targets.flatMap((target) =>
    types
      .filter((type) => rowOf(type).targets.includes(target.target.kind) && means(type, target))
      .flatMap((type) =>
        positionsOf(type, target.target.kind).map((position) => ({
          id: `${target.row.replaceAll(' ', '-')}.${type}.${position}`,
          ...{ row: target.row, column: `${type}@${position}`, type, position, target },
        })),
      ),
  );
}

const wanted = new Map<FaultType, string | null>();

/** The parameter without which the fault means nothing, and which nobody can guess; null when there is none. */
export function wantedValue(type: FaultType): string | null {
  const known = wanted.get(type);
  if (known !== undefined) return known;
  const found = WANTS[type] ?? missingIn(type);
  wanted.set(type, found);
  return found;
}

function missingIn(type: FaultType): string | null {
  if (FaultAction.safeParse({ type }).success) return null;
  return parametersOf(type).find(({ required }) => required)?.name ?? 'a value';
}

/** The fault of a cell: half of the traces, chosen anew for each cell, or everybody where it knows no traces. */
export function specOf(candidate: Candidate, request: SweepRequest): FaultSpec {
  const { type, position, target, id } = candidate;
  const variant = { salt: `${request.seed} ${id}`.slice(0, 100), percentage: 50 };
  return FaultSpec.parse({
    ...{ action: { type, ...STRENGTH[type] }, target: target.target, position, seed: request.seed },
    selector: {
      ...(sparesTraces(type) ? { variant } : {}),
      ...(request.scope === undefined ? {} : { scope: request.scope }),
    },
    durationMs: Math.min(MAX_FAULT_MS, request.cellSeconds * 1000 + MARGIN_MS),
    reason: `sweep: ${id}`,
  });
}
