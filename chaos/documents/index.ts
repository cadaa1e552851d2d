export { checked, judge } from './checked.ts';
export { type Path, PROBLEM_CODES, type Problem, pathName } from './problems.ts';
export { type FileProblem, FileRefused, type LocatedProblem, type Refusal } from './refused.ts';
export { readDocument, readDocuments, type SourceDocument } from './source.ts';
