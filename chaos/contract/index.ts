export * from './experiment.ts';
export * from './recovery.ts';
export * from './run.ts';
export * from './verdict.ts';
