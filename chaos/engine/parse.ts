import { faultProblem, StormglassError } from '@stormglass/agents/contract';
import { LineCounter, parseDocument } from 'yaml';
import { type Activity, ExperimentSpec } from '../contract/index.ts';
import { isProbeProvider } from '../probes/index.ts';
import { type Problem, pathName, problemsOf, unknownKeys } from './problems.ts';

/** How many problems one error names; more would bury the first. */
const MOST_PROBLEMS = 20;

/**
 * An experiment from the text of its file (YAML, hence also JSON). Throws one StormglassError `experiment_invalid` which
 * names every problem with its path and line in the file and what to write instead.
 */
export function parseExperiment(text: string): ExperimentSpec {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: true });
  if (document.errors.length > 0) {
    throw refusal(
      document.errors.map((error) => (error.message.split('\n')[0] ?? error.message).replace(/:$/, '')),
    );
  }
  const raw: unknown = document.toJS();
  const lineOf = (path: (string | number)[]): string => {
    for (let depth = path.length; depth > 0; depth--) {
      const node = document.getIn(path.slice(0, depth), true);
      if (typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)) {
        return ` (line ${lines.linePos(Number(node.range[0])).line})`;
      }
    }
    return '';
  };
  const result = ExperimentSpec.safeParse(raw);
  const problems = result.success
    ? [...unknownKeys(raw, result.data), ...meaningless(result.data)]
    : problemsOf(result.error.issues, raw);
  if (problems.length > 0 || !result.success) {
    throw refusal(problems.map(({ path, says }) => `${pathName(path)}${lineOf(path)} ${says}`));
  }
  return result.data;
}

function refusal(problems: string[]): StormglassError {
  const shown = problems.slice(0, MOST_PROBLEMS);
  const more = problems.length > shown.length ? `\n- and ${problems.length - shown.length} more` : '';
  const list = shown.map((problem) => `- ${problem}`).join('\n');
  return new StormglassError(
    'experiment_invalid',
    `The experiment has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${list}${more}`,
    'Correct the file and load it again.',
  );
}

/** What parses but cannot mean anything. */
function meaningless(spec: ExperimentSpec): Problem[] {
  const problems: Problem[] = [];
  for (const [index, probe] of spec['steady-state-hypothesis'].probes.entries()) {
    const path = ['steady-state-hypothesis', 'probes', index];
    if (!isProbeProvider(probe.provider) || probe.type !== 'probe') {
      const says = `is ${probe.provider.type}; a hypothesis only looks: write sli, breaker, queue or saga`;
      problems.push({ path: [...path, 'provider', 'type'], says });
    }
    problems.push(...numbersWanted(probe, path));
    if (probe.tolerance === undefined && ['sli', 'queue'].includes(probe.provider.type)) {
      const says = 'is missing; a hypothesis needs one: {type: range, range: [low, high]}';
      problems.push({ path: [...path, 'tolerance'], says });
    }
  }
  for (const [index, activity] of spec.method.entries()) {
    const path = ['method', index];
    problems.push(...activityProblems(activity, path), ...numbersWanted(activity, path));
  }
  for (const [index, guard] of spec.guards.entries()) {
    if (typeof guard.tolerance === 'object') continue;
    const says = `is ${guard.tolerance}; a guard needs bounds: {type: range, range: [low, high]}`;
    problems.push({ path: ['guards', index, 'tolerance'], says });
  }
  return [...problems, ...doubleNames(spec)];
}

function activityProblems(activity: Activity, path: (string | number)[]): Problem[] {
  const { provider } = activity;
  const acts = ['fault', 'control', 'protection'].includes(provider.type);
  const problems: Problem[] = [];
  if (acts !== (activity.type === 'action')) {
    const right = acts ? 'action' : 'probe';
    const says = `is ${activity.type}, but ${provider.type} is ${acts ? 'an action' : 'a probe'}; write ${right}`;
    problems.push({ path: [...path, 'type'], says });
  }
  if (provider.type === 'fault') {
    const problem = faultProblem(provider.spec);
    if (problem !== null) problems.push({ path: [...path, 'provider', 'spec'], says: `: ${problem}` });
  }
  return problems;
}

/** A service level or a queue is a number: a word never equals it, and a range turned round holds nothing. */
function numbersWanted(activity: Activity, path: (string | number)[]): Problem[] {
  const { tolerance, provider } = activity;
  const at = [...path, 'tolerance'];
  if (typeof tolerance === 'object') {
    const [low, high] = tolerance.range;
    return low <= high ? [] : [{ path: at, says: `holds nothing: write [${high}, ${low}]` }];
  }
  const numeric = provider.type === 'sli' || provider.type === 'queue';
  if (!numeric || tolerance === undefined || typeof tolerance === 'number') return [];
  return [{ path: at, says: `is ${tolerance}; write a number or {type: range, range: [low, high]}` }];
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
      { path: ['guards', index, 'name'], says: `is there twice: ${guard.name}; name each guard differently` },
    ];
  });
}
