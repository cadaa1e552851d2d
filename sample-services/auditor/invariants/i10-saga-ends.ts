import type { Finding, Invariant } from './invariant.ts';

interface Row {
  id: string;
  order_id: string;
  type: string;
  age: number;
  idle: number;
}

/**
 * D counts from the last fault's end, and the auditor knows of no faults. It goes by their traces: while a fault lasts,
 * whoever drives the saga shows that he is at it, by a row in the journal, a lease that he renews or a time at which he
 * will try again. From the last such sign the saga has D to end or to show another. So one that fails over and over is
 * not a violation (it is late, and counted), one that nobody cares for is.
 */
export function sagaEnds(): Invariant {
  let late = 0;
  return {
    id: 'I10',
    title: 'Every saga ends within D of the last sign of trouble',
    needs: ['orders'],
    check: async ({ snapshots, settings: { sagaMs } }) => {
      const rows = await snapshots.rows<Row>(
        'orders',
        `select s.id, s.order_id, s.type, extract(epoch from now() - s.created_at)::float8 * 1000 as age,
           extract(epoch from now() - greatest(s.created_at, s.lease_until, s.due_at,
             (select max(at) from saga_step where saga_id = s.id)))::float8 * 1000 as idle
         from saga s where s.ended_at is null and s.created_at < now() - make_interval(secs => $1)
         order by s.created_at limit 500`,
        [sagaMs / 1_000],
      );
      late = rows.length;
      return rows.filter((row) => row.idle > sagaMs).map((row) => abandoned(row, sagaMs));
    },
    figures: () => ({ late }),
  };
}

function abandoned({ id, order_id, type, age, idle }: Row, sagaMs: number): Finding {
  const seconds = (ms: number) => Math.round(ms / 1_000);
  return {
    ...{ key: id, orderId: order_id, sagaId: id, weight: 'certain', scope: 'sweep' },
    expected: `${type} to end within ${seconds(sagaMs)} s of the last sign of trouble`,
    found: `${seconds(age)} s old, and for ${seconds(idle)} s nobody has touched it`,
  };
}
