import { faultProblem } from '@stormglass/agents/contract';
import { type Activity, ExperimentSpec, type Guard } from '../contract/index.ts';
import { checked, type Path, type Problem, readDocument } from '../documents/index.ts';
import { isProbeProvider } from '../probes/index.ts';

const REFUSAL = { code: 'experiment_invalid', what: 'The experiment' } as const;

/**
 * An experiment from the text of its file (YAML, hence also JSON). Throws one FileRefused `experiment_invalid` which
 * names every problem with its path and line in the file and what to write instead.
 */
export function parseExperiment(text: string): ExperimentSpec {
  const document = readDocument(text, REFUSAL);
  return checked(document, { schema: ExperimentSpec, meaningless, refusal: REFUSAL });
}

/** What parses but cannot mean anything. */
function meaningless(spec: ExperimentSpec): Problem[] {
  const problems: Problem[] = [];
  for (const [index, probe] of spec['steady-state-hypothesis'].probes.entries()) {
    const path = ['steady-state-hypothesis', 'probes', index];
    if (!isProbeProvider(probe.provider) || probe.type !== 'probe') {
      const says = `is ${probe.provider.type}; a hypothesis only looks: write sli, breaker, queue or saga`;
      problems.push({ code: 'meaningless', path: [...path, 'provider', 'type'], says });
    }
    problems.push(...numbersWanted(probe, path));
    if (probe.tolerance === undefined && ['sli', 'queue'].includes(probe.provider.type)) {
      const says = 'is missing; a hypothesis needs one: {type: range, range: [low, high]}';
      problems.push({ code: 'missing', path: [...path, 'tolerance'], says });
    }
  }
  for (const [index, activity] of spec.method.entries()) {
    const path = ['method', index];
    problems.push(...activityProblems(activity, path), ...numbersWanted(activity, path));
  }
  problems.push(...spec.guards.flatMap(guardProblems));
  return [...problems, ...doubleNames(spec)];
}

function activityProblems(activity: Activity, path: Path): Problem[] {
  const { provider } = activity;
  const acts = ['fault', 'control', 'protection'].includes(provider.type);
  const problems: Problem[] = [];
  if (acts !== (activity.type === 'action')) {
    const right = acts ? 'action' : 'probe';
    const says = `is ${activity.type}, but ${provider.type} is ${acts ? 'an action' : 'a probe'}; write ${right}`;
    problems.push({ code: 'meaningless', path: [...path, 'type'], says });
  }
  if (provider.type === 'fault') {
    const problem = faultProblem(provider.spec);
    if (problem !== null)
      problems.push({ code: 'meaningless', path: [...path, 'provider', 'spec'], says: `: ${problem}` });
  }
  return problems;
}

/** A service level or a queue is a number: a word never equals it, and a range turned round holds nothing. */
function numbersWanted(activity: Activity, path: Path): Problem[] {
  const { tolerance, provider } = activity;
  const at = [...path, 'tolerance'];
  if (typeof tolerance === 'object') {
    const [low, high] = tolerance.range;
    return low <= high
      ? []
      : [{ code: 'out_of_range', path: at, says: `holds nothing: write [${high}, ${low}]` }];
  }
  const numeric = provider.type === 'sli' || provider.type === 'queue';
  if (!numeric || tolerance === undefined || typeof tolerance === 'number') return [];
  return [
    {
      code: 'wrong_type',
      path: at,
      says: `is ${tolerance}; write a number or {type: range, range: [low, high]}`,
    },
  ];
}

function guardProblems({ query, watch, tolerance }: Guard, index: number): Problem[] {
  const problems: Problem[] = [];
  if ((query === undefined) === (watch === undefined)) {
    const says = 'watches nothing, or two things; write either query (a service level) or watch';
    problems.push({ code: 'meaningless', path: ['guards', index], says });
  }
  if (typeof tolerance !== 'object') {
    const says = `is ${tolerance}; a guard needs bounds: {type: range, range: [low, high]}`;
    problems.push({ code: 'wrong_type', path: ['guards', index, 'tolerance'], says });
  }
  return problems;
}

/** Guards are shown by name; two of one name would be one gauge. */
function doubleNames(spec: ExperimentSpec): Problem[] {
  const seen = new Set<string>();
  return spec.guards.flatMap((guard, index) => {
    if (!seen.has(guard.name)) {
      seen.add(guard.name);
      return [];
    }
    return [
      {
        code: 'meaningless',
        path: ['guards', index, 'name'],
        says: `is there twice: ${guard.name}; name each guard differently`,
      },
    ];
  });
}
