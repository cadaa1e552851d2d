export { retryAmplification } from './amplification.ts';
export { type Band, learnBand } from './band.ts';
export { computeRecovery, type RecoveryInput } from './compute.ts';
export { affectedServices, receiptShare } from './damage.ts';
export { known, unknown, withPoints } from './figure.ts';
export { firstEffect, leavesReceipts } from './first-effect.ts';
export { figuresOf, type NamedFigure } from './named.ts';
export { reachFigure, reachRange, reachUnknown } from './reach.ts';
export { SAGA_DEADLINE_MS, sagaTimes } from './saga-times.ts';
