import { samplesOf } from '../exposition.ts';

/** Calls of one process to one service, as its breaker counted them since the process began. */
export interface PeerCalls {
  peer: string;
  calls: number;
  failed: number;
}

/** Calls by peer out of a service's metrics in the Prometheus text format. */
export function peerCallsOf(text: string): PeerCalls[] {
  const byPeer = new Map<string, PeerCalls>();
  for (const { labels, value } of samplesOf(text, 'resilience_circuit_breaker_calls_total')) {
    const peer = labels.get('name') ?? '';
    const known = byPeer.get(peer) ?? { peer, calls: 0, failed: 0 };
    known.calls += value;
    if (labels.get('outcome') !== 'success') known.failed += value;
    byPeer.set(peer, known);
  }
  return [...byPeer.values()];
}
