import type { CollectorView } from '../../live/collector-answers.ts';
import styles from './agents.module.css';
import { collectorFigures } from './collector-model.ts';

/** What the collector took, refused and removed, and how full its store is. */
export function CollectorFigures({ figures }: { figures: CollectorView }) {
  return (
    <dl className={styles.figures}>
      {collectorFigures(figures).map(({ name, value, of, isLoss }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <b className={isLoss ? 'degraded' : ''}>{value}</b>
            <small>{of}</small>
          </dd>
        </div>
      ))}
    </dl>
  );
}
