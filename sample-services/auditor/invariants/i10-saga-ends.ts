import type { Finding, Invariant } from './invariant.ts';

interface Row {
  id: string;
  order_id: string;
  type: string;
  /** Epoch seconds. */
  since: number;
  touched: number;
  idle: number;
}

/** When orders tells those again who owe it an answer: the instant at which it will try again. */
const TOLD_AGAIN = `told_at + make_interval(secs => 5 * power(2, least(told, 5)))`;

/** When orders gives up what is pending, which it does within D. */
const GIVEN_UP = `case when settled is null then created_at + make_interval(secs => $1) else created_at end`;

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
        `select id, order_id, type, extract(epoch from created_at)::float8 as since,
           extract(epoch from sign)::float8 as touched, extract(epoch from now() - sign)::float8 * 1000 as idle
         from (
           select id, order_id, type, created_at, greatest(created_at, lease_until, due_at,
             (select max(at) from saga_step where saga_id = s.id)) as sign
           from saga s where ended_at is null
           union all
           select saga_id, order_id, 'create-order', created_at, greatest(${GIVEN_UP}, ${TOLD_AGAIN},
             (select max(at) from choreography_step where saga_id = c.saga_id))
           from choreography c where ended_at is null) open
         where created_at < now() - make_interval(secs => $1)
         order by created_at limit 500`,
        [sagaMs / 1_000],
      );
      late = rows.length;
      return rows.filter((row) => row.idle > sagaMs).map((row) => abandoned(row, sagaMs));
    },
    figures: () => ({ late }),
  };
}

/** In instants and not in ages: as long as nobody touches it, it stays the same fact. */
function abandoned({ id, order_id, type, since, touched }: Row, sagaMs: number): Finding {
  const instant = (seconds: number) => new Date(Math.round(seconds) * 1_000).toISOString();
  return {
    ...{ key: id, orderId: order_id, sagaId: id, weight: 'certain', scope: 'sweep' },
    expected: `${type} to end within ${Math.round(sagaMs / 1_000)} s of the last sign of trouble`,
    found: `begun ${instant(since)}, and nobody has touched it since ${instant(touched)}`,
  };
}
