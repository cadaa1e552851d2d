import { Fragment, type ReactNode } from 'react';
import styles from './ui.module.css';

interface Props {
  rows: readonly (readonly [name: string, value: ReactNode])[];
  /** Long values, read as text: they start beside their names and wrap. */
  read?: boolean;
}

/** Facts in two columns: name left, value right. */
export function KeyValue({ rows, read = false }: Props) {
  return (
    <dl className={styles.keyValue} data-read={read ? '' : undefined}>
      {rows.map(([name, value]) => (
        <Fragment key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </Fragment>
      ))}
    </dl>
  );
}
