import { count, countdown, percent } from '../../../ui/format.ts';
import styles from '../map.module.css';
import type { Blast } from '../model/blast.ts';

/** What the fault would reach, from the last minutes: said before anything is armed. */
export function Prediction({ blast, durationMs }: { blast: Blast; durationMs: number }) {
  return (
    <div className={styles.prediction}>
      <div>
        <b>{percent(blast.trafficShare)}</b>
        <span>of traffic</span>
      </div>
      <div title={blast.upstream.join(', ')}>
        <b>{blast.upstream.length}</b>
        <span>services upstream</span>
      </div>
      <div>
        <b>{count(blast.calls)}</b>
        <span>calls in {countdown(durationMs)}</span>
      </div>
      <div title={blast.breakers.join(', ')}>
        <b>{blast.breakers.length}</b>
        <span>{blast.breakers.length === 1 ? 'breaker guards' : 'breakers guard'}</span>
      </div>
    </div>
  );
}
