export { compareRuns, type RunTraffic } from './compare.ts';
export { partOf } from './part.ts';
