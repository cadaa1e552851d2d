/** Calls of one process to one service, as its breaker counted them since the process began. */
export interface PeerCalls {
  peer: string;
  calls: number;
  failed: number;
}

const LINE = /^resilience_circuit_breaker_calls_total\{([^}]*)\}\s+(\S+)/;
const LABEL = /(\w+)="([^"]*)"/g;

/** Calls by peer out of a service's metrics in the Prometheus text format. */
export function peerCallsOf(text: string): PeerCalls[] {
  const byPeer = new Map<string, PeerCalls>();
  for (const line of text.split('\n')) {
    const match = LINE.exec(line);
    if (!match) continue;
    const labels = new Map(
      [...(match[1] ?? '').matchAll(LABEL)].map(([, name, value]) => [name, value ?? '']),
    );
    const peer = labels.get('name') ?? '';
    const n = Number(match[2]);
    const known = byPeer.get(peer) ?? { peer, calls: 0, failed: 0 };
    known.calls += n;
    if (labels.get('outcome') !== 'success') known.failed += n;
    byPeer.set(peer, known);
  }
  return [...byPeer.values()];
}
