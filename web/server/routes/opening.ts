import type { BreakerTransition } from '@stormglass/agents/contract';

/** Why a breaker opened, from its own window: `12 of 20 calls failed in 10 s (60 %, limit 50 %), 3 by timeout`. */
export function openingInWords(t: BreakerTransition): string {
  if (t.to === 'forced_open') return `forced open${t.reason ? `: ${t.reason}` : ''}`;
  const bad = t.windowFailures;
  if (t.windowCalls === 0) return t.reason;
  const ratio = Math.round((bad / t.windowCalls) * 100);
  const limit = Math.round(t.threshold * 100);
  const timeouts = t.windowTimeouts > 0 ? `, ${t.windowTimeouts} by timeout` : '';
  const volume = t.volume > 0 ? ` from ${t.volume} calls on` : '';
  return (
    `${bad} of ${t.windowCalls} calls failed in ${t.windowSeconds} s (${ratio} %, limit ${limit} %${volume})` +
    `${timeouts}; probes again after ${t.resetTimeoutMs / 1000} s`
  );
}
