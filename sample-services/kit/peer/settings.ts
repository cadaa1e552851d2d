import type { PeerSettings } from '@stormglass/agents/contract';

/**
 * What holds for a peer of which nobody said anything else. The breaker's window decides on at least ten calls; a busy
 * breaker needs no more, a quiet one no fewer.
 */
export const PEER_DEFAULTS: Readonly<PeerSettings> = {
  timeoutMs: 3_000,
  spacingMs: 0,
  maxConnections: 64,
  errorThresholdPercentage: 50,
  volumeThreshold: 10,
  rollingWindowMs: 10_000,
  resetTimeoutMs: 30_000,
  retries: 3,
  retryBaseMs: 50,
  retryCapMs: 1_000,
  retryTimeLimits: 2,
  fallbackMaxAgeMs: 60_000,
  fallbackKept: 500,
  bulkheadSlots: 0,
  bulkheadLine: 0,
  outlierErrors: 3,
  outlierEjectionMs: 30_000,
  outlierMaxPercent: 50,
};

/** The settings in force: read them at each use, never once. */
export type Live<Settings> = () => Readonly<Settings>;
