export * from './channel.ts';
export * from './errors.ts';
export * from './fault.ts';
export * from './lease.ts';
export * from './sketch.ts';
export * from './telemetry.ts';
export * from './timeline.ts';
export * from './trace.ts';
