export * from './breaker-proof.ts';
export * from './comparison.ts';
export * from './experiment.ts';
export * from './recovery.ts';
export * from './repeat.ts';
export * from './run.ts';
export * from './trip-curve.ts';
export * from './verdict.ts';
