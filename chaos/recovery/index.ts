export { type Band, learnBand } from './band.ts';
export { computeRecovery, type RecoveryInput } from './compute.ts';
export { firstEffect, leavesReceipts } from './first-effect.ts';
export { wilson } from './injection.ts';
export { SAGA_DEADLINE_MS } from './saga-times.ts';
