export { checked, judge, placeOf } from './checked.ts';
export { type RefusedFile, readFolder } from './folder.ts';
export { type Path, type Problem, pathName } from './problems.ts';
export { FileRefused, type LocatedProblem, NOWHERE } from './refused.ts';
export { readDocument, readDocuments, type SourceDocument } from './source.ts';
