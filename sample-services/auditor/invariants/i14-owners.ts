import { aboutOrder, type Finding, type Invariant, type Scope } from './invariant.ts';

interface StaleRow {
  saga_id: string;
  seq: string;
  epoch: number;
  newest: number;
  owner: string;
  owners: number;
}

/** Rows of a journal under an epoch that was over when they were written, or that two owners claim. */
const JOURNAL = `
  select * from (
    select saga_id, seq, epoch, owner, max(epoch) over (partition by saga_id order by seq) as newest,
      dense_rank() over (partition by saga_id, epoch order by owner)
        + dense_rank() over (partition by saga_id, epoch order by owner desc) - 1 as owners
    from saga_step where saga_id = any($1)) written
  where epoch < newest or owners > 1`;

/** Newest rows of an outbox that are looked at. */
const RECENT = 2_000;
const OUTBOX = `
  select id, sent_epoch as epoch, newest from (
    select id, sent_epoch, max(sent_epoch) over (order by sent_at, sent_epoch) as newest
    from (select id, sent_epoch, sent_at from outbox where sent_epoch is not null order by seq desc limit ${RECENT}) recent) sent
  where sent_epoch < newest limit 20`;

async function journals({ snapshots, orders }: Scope): Promise<Finding[]> {
  const sagas = new Map(orders.map((each) => [each.sagaId, each]));
  const rows = await snapshots.rows<StaleRow>('orders', JOURNAL, [[...sagas.keys()]]);
  return rows.flatMap((row) => {
    const about = sagas.get(row.saga_id);
    if (!about) return [];
    const found =
      row.epoch < row.newest
        ? `row ${row.seq} of epoch ${row.epoch} by ${row.owner}, after epoch ${row.newest} had begun`
        : `${row.owners} owners write under epoch ${row.epoch}`;
    return [aboutOrder(about, { what: row.seq, expected: 'one owner at a time', found, weight: 'certain' })];
  });
}

async function outboxes({ snapshots }: Scope): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const database of await snapshots.holdersOf('outbox')) {
    const rows = await snapshots.rows<{ id: string; epoch: number; newest: number }>(database, OUTBOX);
    for (const { id, epoch, newest } of rows) {
      findings.push({
        ...{ key: `${database}/${id}`, orderId: null, sagaId: null, weight: 'certain', scope: 'sweep' },
        expected: `messages of ${database} flagged by the leader of the moment`,
        found: `message ${id} flagged under epoch ${epoch} after epoch ${newest}`,
      });
    }
  }
  return findings;
}

export const owners: Invariant = {
  id: 'I14',
  title: 'Who has lost a lease writes nothing',
  needs: ['orders'],
  check: async (scope) => [...(await journals(scope)), ...(await outboxes(scope))],
};
