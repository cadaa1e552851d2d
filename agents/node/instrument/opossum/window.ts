import type CircuitBreaker from 'opossum';
import type { BreakerState } from '../../../contract/index.ts';

/** A breaker's rolling window as a person would count it. */
export interface Window {
  /** Calls let through: opossum's `fires` counts rejected ones too. */
  calls: number;
  failures: number;
  timeouts: number;
  seconds: number;
  /** 0..1, null without calls. */
  ratio: number | null;
}

export function readWindow(breaker: CircuitBreaker): Window {
  const { fires, rejects, failures, timeouts } = breaker.stats;
  const calls = Math.max(fires - rejects, failures);
  return {
    calls,
    failures,
    timeouts,
    seconds: (settingsOf(breaker).rollingCountTimeout ?? 10_000) / 1000,
    ratio: calls === 0 ? null : failures / calls,
  };
}

/** Defaults are filled in by opossum's constructor; the types do not say so. */
export function settingsOf(breaker: CircuitBreaker): CircuitBreaker.Options {
  return (breaker as unknown as { options: CircuitBreaker.Options }).options;
}

export function thresholdOf(breaker: CircuitBreaker): number {
  return (settingsOf(breaker).errorThresholdPercentage ?? 50) / 100;
}

/** Callee: the breaker's group, else what follows `->` in its name, else the name. */
export function peerOf(breaker: CircuitBreaker): string {
  const group = settingsOf(breaker).group;
  if (group) return group;
  return breaker.name.split('->').at(-1)?.trim() || breaker.name;
}

/** What tripped a breaker. */
export interface Trip {
  error: unknown;
  kind: 'failure' | 'timeout' | 'bulkhead_rejected';
}

/** Why it went from one state to the other, in a sentence. */
export function reasonFor(
  from: BreakerState,
  to: BreakerState,
  window: Window,
  threshold: number,
  trip: Trip | null,
): string {
  switch (to) {
    case 'open':
      if (!trip) return 'opened by the application';
      if (from === 'half_open') return `the probe failed: ${words(trip)}`;
      return (
        `${window.failures} of ${window.calls} calls failed in ${window.seconds} s ` +
        `(${percent(window.ratio)}, opens above ${percent(threshold)})` +
        (window.timeouts > 0 ? `, ${window.timeouts} of them by timeout` : '') +
        `; last: ${words(trip)}`
      );
    case 'half_open':
      return 'the reset time is over, the next call is a probe';
    case 'closed':
      return from === 'half_open' ? 'the probe succeeded' : 'closed by hand';
    case 'forced_open':
      return 'forced open by hand';
    case 'disabled':
      return 'disabled by the application';
  }
}

function percent(ratio: number | null): string {
  return ratio === null ? 'no calls' : `${Math.round(ratio * 100)} %`;
}

function words(trip: Trip): string {
  return trip.error instanceof Error ? trip.error.message : String(trip.error);
}
