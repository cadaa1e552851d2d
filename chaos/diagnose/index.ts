export { diagnose } from './diagnose.ts';
export type { Evidence, KnownAgent, PoolGauge } from './evidence.ts';
