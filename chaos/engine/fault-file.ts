import { FaultSpec, faultProblem } from '@stormglass/agents/contract';
import {
  FileRefused,
  judge,
  NOWHERE,
  type Path,
  type Problem,
  placeOf,
  readDocument,
  type SourceDocument,
} from '../documents/index.ts';

const REFUSAL = { code: 'invalid_request', what: 'The file of faults' } as const;
const ONE = { code: 'invalid_request', what: 'The fault' } as const;

const check = { schema: FaultSpec, meaningless };

/**
 * The faults of a file (YAML, hence also JSON): one fault, a list of them, or a map with a list under `faults`, as
 * `stormglass import istio` writes it. Throws one FileRefused which names every problem.
 */
export function parseFaults(text: string): FaultSpec[] {
  const document = readDocument(text, REFUSAL);
  const judged = listed(document.raw).map(({ raw, at }) => judge(raw, check, at));
  const problems: Problem[] = [...strangers(document.raw), ...judged.flatMap((one) => one.problems)];
  if (judged.length === 0) problems.push({ code: 'missing', path: [], says: 'holds no fault; write one' });
  if (problems.length > 0) throw refused(document, problems);
  return judged.flatMap(({ value }) => (value === undefined ? [] : [value]));
}

/** One fault that was not in a file. */
export function parseFault(raw: unknown): FaultSpec {
  const { value, problems } = judge(raw, check);
  if (value !== undefined && problems.length === 0) return value;
  throw new FileRefused(
    ONE,
    problems.map((problem) => ({ ...problem, ...NOWHERE })),
  );
}

function refused(document: SourceDocument, problems: Problem[]): FileRefused {
  return new FileRefused(
    REFUSAL,
    problems.map((problem) => ({ ...problem, ...placeOf(document, problem) })),
  );
}

function listed(raw: unknown): { raw: unknown; at: Path }[] {
  if (Array.isArray(raw)) return raw.map((one: unknown, index) => ({ raw: one, at: [index] }));
  if (isCollection(raw)) return raw.faults.map((one, index) => ({ raw: one, at: ['faults', index] }));
  return [{ raw, at: [] }];
}

function isCollection(raw: unknown): raw is { faults: unknown[] } {
  return typeof raw === 'object' && raw !== null && 'faults' in raw && Array.isArray(raw.faults);
}

/** Fields beside `faults` that nobody would read. Policies and findings are an import's own. */
function strangers(raw: unknown): Problem[] {
  if (!isCollection(raw)) return [];
  const known = ['faults', 'policies', 'findings'];
  const says = 'is not known here; remove it or correct its name';
  return Object.keys(raw)
    .filter((key) => !known.includes(key))
    .map((key) => ({ code: 'unknown_field', path: [key], says }));
}

function meaningless(spec: FaultSpec): Problem[] {
  const problem = faultProblem(spec);
  return problem === null ? [] : [{ code: 'meaningless', path: [], says: `: ${problem}` }];
}
