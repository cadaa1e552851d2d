/** How a file of Istio is understood. */
export interface ImportOptions {
  /** Services that call; without any a fault hurts whoever calls, and a policy is of every caller. */
  callers: readonly string[];
  /** Names of services here, by their host there; others are the first part of the host. */
  services: ReadonlyMap<string, string>;
  /** When a fault ends by itself: Istio's have no end. */
  durationMs: number;
}
