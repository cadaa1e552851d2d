import type { Figure, Recovery } from '../contract/index.ts';

/** One figure of a recovery by a name which is the same in every run. */
export interface NamedFigure {
  id: string;
  name: string;
  figure: Figure;
}

/** Every figure of a recovery, in the order of a report; what runs are repeated and compared by. */
export function figuresOf(recovery: Recovery): NamedFigure[] {
  const { sagaFigures } = recovery;
  const row = (id: string, name: string, figure: Figure): NamedFigure => ({ id, name, figure });
  return [
    row('detect', 'Detected after', recovery.detect),
    row('mitigate', 'Mitigated after', recovery.mitigate),
    row('recover', 'Recovered after the fault', recovery.recover),
    row('outage', 'Outage', recovery.outage),
    row('lost', 'Lost requests', recovery.lostRequests),
    row('blast', 'Blast radius', recovery.blastRadius),
    row('receipts', 'Share of calls with a receipt', recovery.receiptShare),
    row('reach', 'Share of requests hurt, descendants included', recovery.reach),
    row('injected', 'Injected', recovery.injectedRate),
    row('queue', 'Queue peak', recovery.queuePeak),
    row('drain', 'Queue drained after', recovery.drainMs),
    row('slope', 'Drain slope', recovery.drainSlope),
    row('predicted', 'Predicted drain time', recovery.drainPredicted),
    row('confirmed', 'Sagas confirmed', sagaFigures.confirmed),
    row('compensated', 'Sagas compensated', sagaFigures.compensated),
    row('stuck', 'Sagas stuck', sagaFigures.stuck),
    ...recovery.retryAmplification.map(({ from, to, figure }) =>
      row(`amplification:${from}>${to}`, `Calls amplified, ${from} to ${to}`, figure),
    ),
  ];
}
