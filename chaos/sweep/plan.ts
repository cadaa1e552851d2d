import { type FaultSpec, rowOf, sparesTraces, unit } from '@stormglass/agents/contract';
import type { SweepCell, SweepPlan, SweepRequest, UntestedCell } from '../contract/index.ts';
import { type Candidate, candidates, specOf, wantedValue } from './applicable.ts';
import { fitting } from './independent.ts';
import { type Known, ranked } from './information.ts';
import { type Judges, judgesOf, type Observed } from './observed.ts';
import { targetsOf } from './targets.ts';

/** Why nobody can inject a fault there; `unsupported`: it does not apply to this one. */
export type Refusal = Pick<UntestedCell, 'reason' | 'why'> | 'unsupported' | null;

export interface PlanInput {
  request: SweepRequest;
  observed: Observed;
  /** Cells that were judged before. */
  known: readonly Known[];
  refusal: (spec: FaultSpec) => Refusal;
}

/** Fewer journeys in the time of a cell say nothing, whatever they say. */
const FEWEST = 10;

/** Cells in the order in which they tell most, and those that are not tried with the reason. Nothing is hurt. */
export function planSweep({ request, observed, known, refusal }: PlanInput): SweepPlan {
  const wanted = candidates(targetsOf(observed)).filter((candidate) => isWanted(candidate, request));
  const untested: UntestedCell[] = [];
  const ready: (Omit<SweepCell, 'score' | 'why'> & { traffic: number; blast: number })[] = [];
  const services = Math.max(1, observed.map.nodes.filter(({ kind }) => kind === 'service').length);
  for (const candidate of wanted) {
    const judges = judgesOf(observed, candidate.target.at);
    const hindrance = hindranceOf(candidate, request, judges, refusal);
    const { id, row, column } = candidate;
    if (hindrance === 'unsupported') continue;
    if (hindrance !== null || judges === null) untested.push({ id, row, column, ...(hindrance ?? NO_JOURNEY) });
    else ready.push({ ...cellOf(candidate, request, judges), ...reachOf(judges, services) });
  }
  const draw = (id: string) => unit(`${request.seed}|${id}`);
  const cells = ranked(ready, known, draw).map(({ cell, score, why }): SweepCell => {
    const { traffic: _, blast: __, ...rest } = cell;
    return { ...rest, score, why };
  });
  const rounds = Math.floor((request.minutes * 60) / (request.cellSeconds + request.settleSeconds));
  return {
    ...{ from: observed.from, to: observed.to, cells, untested },
    fitting: fitting(cells, rounds, request.parallel),
  };
}

function isWanted({ id, type }: Candidate, { only, types }: SweepRequest): boolean {
  return (
    (only.length === 0 || only.some((text) => id.includes(text))) && (types.length === 0 || types.includes(type))
  );
}

const NO_JOURNEY = { reason: 'no_traffic', why: 'no journey passed it' } as const;

function hindranceOf(
  candidate: Candidate,
  request: SweepRequest,
  judges: Judges | null,
  refusal: PlanInput['refusal'],
): Refusal {
  const { type } = candidate;
  const value = wantedValue(type);
  if (value !== null) return { reason: 'wants_value', why: `${value} has to be said by somebody` };
  const refused = refusal(specOf(candidate, request));
  if (refused !== null) return refused;
  if (!sparesTraces(type) && !request.wide) {
    return { reason: 'hurts_all', why: 'it hurts everybody, and that was not asked for' };
  }
  // Statements and messages are chosen by their trace; who asked for them they do not know.
  if (request.scope !== undefined && rowOf(type).perCall !== true) {
    return { reason: 'no_scope', why: 'it cannot be kept to a scope' };
  }
  if (judges === null) return NO_JOURNEY;
  const expected = (judges.perMinute * request.cellSeconds) / 60;
  if (expected >= FEWEST) return null;
  const rate = judges.perMinute.toFixed(1);
  return { reason: 'no_traffic', why: `${rate} journeys a minute pass it: ${FEWEST} would be needed in its time` };
}

function cellOf(
  candidate: Candidate,
  request: SweepRequest,
  judges: Judges,
): Omit<SweepCell, 'score' | 'why'> {
  const { id, row, column, type } = candidate;
  return {
    ...{ id, row, column, faults: [specOf(candidate, request)] },
    control: sparesTraces(type) ? 'half' : 'before',
    ...{ journeys: judges.kinds, passing: judges.passing, perMinute: judges.perMinute, places: judges.places },
  };
}

function reachOf({ traffic, places }: Judges, services: number): { traffic: number; blast: number } {
  const touched = new Set(places.map(({ service }) => service)).size;
  return { traffic, blast: Math.min(1, touched / services) };
}
