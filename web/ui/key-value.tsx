import { Fragment, type ReactNode } from 'react';
import styles from './ui.module.css';

/** Facts in two columns: name left, value right. */
export function KeyValue({ rows }: { rows: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className={styles.keyValue}>
      {rows.map(([name, value]) => (
        <Fragment key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </Fragment>
      ))}
    </dl>
  );
}
