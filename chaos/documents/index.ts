export { checked, judge } from './checked.ts';
export { type RefusedFile, readFolder } from './folder.ts';
export { type Path, type Problem, pathName } from './problems.ts';
export { FileRefused, type LocatedProblem } from './refused.ts';
export { readDocument, readDocuments, type SourceDocument } from './source.ts';
