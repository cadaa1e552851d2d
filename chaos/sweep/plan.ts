import { type FaultSpec, type FaultType, rowOf, sparesTraces, unit } from '@stormglass/agents/contract';
import type { SweepCell, SweepPlan, SweepRequest, UntestedCell } from '../contract/index.ts';
import { type Candidate, candidates, specOf, wantedValue } from './applicable.ts';
import { fitting } from './independent.ts';
import { type Known, ranked } from './information.ts';
import { type Judges, judgesOf, type Observed } from './observed.ts';
import { schedule } from './schedule.ts';
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
  const ready: (Omit<SweepCell, 'weight' | 'score' | 'why'> & { traffic: number; blast: number })[] = [];
  const services = Math.max(1, observed.map.nodes.filter(({ kind }) => kind === 'service').length);
  for (const candidate of wanted) {
    const judges = judgesOf(observed, candidate.target.at);
    const spec = wantedValue(candidate.type) === null ? specOf(candidate, request) : null;
    const hindrance = hindranceOf(candidate.type, spec, { request, judges, refusal });
    const { id, row, column } = candidate;
    if (hindrance === 'unsupported') continue;
    if (hindrance !== null || judges === null || spec === null)
      untested.push({ id, row, column, ...(hindrance ?? NO_JOURNEY) });
    else ready.push({ ...cellOf(candidate, spec, judges), ...reachOf(judges, services) });
  }
  const draw = (id: string) => unit(`${request.seed}|${id}`);
  const order = ranked(ready, known, draw).map(({ cell, score, why }): SweepCell => {
    const { traffic, blast, ...rest } = cell;
    return { ...rest, weight: traffic * blast, score, why };
  });
  const cells = request.together && order.length > 1 ? [schedule(order, order)] : order;
  const rounds = Math.floor((request.minutes * 60) / (request.cellSeconds + request.settleSeconds));
  return {
    ...{ from: observed.from, to: observed.to, cells, untested },
    fitting: fitting(cells, rounds, request.parallel),
  };
}

function isWanted({ id, type }: Candidate, { only, exactly, types }: SweepRequest): boolean {
  const named = only.length === 0 || only.some((text) => id.includes(text));
  const meant = exactly.length === 0 || exactly.includes(id);
  return named && meant && (types.length === 0 || types.includes(type));
}

const NO_JOURNEY = { reason: 'no_traffic', why: 'no journey passed it' } as const;

function hindranceOf(
  type: FaultType,
  spec: FaultSpec | null,
  { request, judges, refusal }: Pick<PlanInput, 'request' | 'refusal'> & { judges: Judges | null },
): Refusal {
  if (spec === null) {
    return { reason: 'wants_value', why: `${wantedValue(type)} has to be said by somebody` };
  }
  const refused = refusal(spec);
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
  return {
    reason: 'no_traffic',
    why: `${rate} journeys a minute pass it: ${FEWEST} would be needed in its time`,
  };
}

function cellOf(
  candidate: Candidate,
  spec: FaultSpec,
  judges: Judges,
): Omit<SweepCell, 'weight' | 'score' | 'why'> {
  const { id, row, column, type, target } = candidate;
  const { kind, service } = { service: '', ...target.target };
  return {
    atDoor:
      kind === 'service' && !target.statements && judges.kinds.some((journey) => journey.service === service),
    ...{ id, row, column, faults: [spec] },
    control: sparesTraces(type) ? 'half' : 'before',
    ...{
      journeys: judges.kinds,
      passing: judges.passing,
      perMinute: judges.perMinute,
      places: judges.places,
    },
  };
}

function reachOf({ traffic, places }: Judges, services: number): { traffic: number; blast: number } {
  const touched = new Set(places.map(({ service }) => service)).size;
  return { traffic, blast: Math.min(1, touched / services) };
}
