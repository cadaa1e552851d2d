export { type AfterRun, afterRun } from './after-run.ts';
export { repeatResult } from './result.ts';
export { seedsOf } from './seeds.ts';
