'use client';
import { useStuckSagas } from '../../live/use-stuck-sagas.ts';
import { useConnection, useInstant, useNow } from '../../live/use-window.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import { ago, plural } from '../../ui/format.ts';
import { list } from '../../ui/list.ts';
import { ListTable } from '../../ui/list-table.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import styles from './sagas.module.css';

const COLUMNS = [
  'Waits',
  'Order',
  'Step',
  { head: 'Tries', look: 'num' },
  { head: 'Why it does not get through', look: 'wide' },
] as const;

/** Sagas that wait for a person now, longest first; nothing while there is none. */
export function StuckQueue() {
  const now = useNow();
  const rewound = useInstant().at !== null;
  const { status } = useConnection();
  const { data, error } = useStuckSagas();
  const sagas = data?.sagas ?? [];
  if (error && !data) return <ErrorNote error={error} />;
  if (sagas.length === 0) return null;
  return (
    <section className={styles.stuckQueue} aria-label="Waiting for a person">
      <h2>
        <span className="failing">{plural(sagas.length, 'saga waits', 'sagas wait')} for a person</span>{' '}
        <span className="cap ink3">
          {rewound ? 'now, not at the instant shown; ' : ''}
          {status === 'live' || status === 'connecting'
            ? 'open one to retry, skip or mark the step as done'
            : 'not connected: as last heard'}
        </span>
      </h2>
      <ListTable label="Sagas that wait for a person" columns={COLUMNS}>
        {sagas.map((saga) => (
          <tr key={saga.sagaId}>
            <td>{ago(saga.stuckSince, now).replace(' ago', '')}</td>
            <td>
              <RangeLink href={`/sagas/${saga.sagaId}`}>
                <b>{saga.orderId || saga.sagaId}</b>&nbsp;<span className="ink2">{saga.type}</span>
              </RangeLink>
            </td>
            <td>
              {saga.step} {saga.kind === 'compensate' ? 'is not undone' : 'is not done'}
            </td>
            <td className={list.num}>{saga.attempts}</td>
            <td className={list.wide} title={saga.detail}>
              {saga.detail}
            </td>
          </tr>
        ))}
      </ListTable>
    </section>
  );
}
