export * from './breaker.ts';
export * from './clock-edge.ts';
export * from './probe.ts';
export * from './reading.ts';
export * from './sli.ts';
export * from './tolerance.ts';
