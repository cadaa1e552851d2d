import type { OrderFacts } from '../book/facts.ts';
import { aboutOrder, type Finding, type Invariant, idsOf, type Scope } from './invariant.ts';

interface StreamRow {
  stream: string;
  events: number;
  newest: number;
  twice: string | null;
}

/** A failure may be told again after a redrive; anything else happens to a stream once. */
const WRONG_STREAMS = (where: string) => `
  select stream, sum(n)::int as events, max(newest) as newest,
    string_agg(type, ', ') filter (where n > 1 and type not like '%\\_FAILED') as twice
  from (select stream, type, count(*) as n, max(version) as newest from event ${where} group by stream, type) types
  group by stream having sum(n) <> max(newest)
    or count(*) filter (where n > 1 and type not like '%\\_FAILED') > 0
  limit 200`;

const words = (row: StreamRow): string =>
  row.twice === null ? `${row.events} events up to version ${row.newest}` : `more than once: ${row.twice}`;

async function streamsOfOrders({ snapshots, streams }: Scope): Promise<Finding[]> {
  const findings: Finding[] = [];
  const stores = await snapshots.holdersOf('event');
  for (const [database, owned] of streams) {
    if (!stores.includes(database)) continue;
    const rows = await snapshots.rows<StreamRow>(database, WRONG_STREAMS('where stream = any($1)'), [
      [...owned.keys()],
    ]);
    for (const row of rows) {
      const order = owned.get(row.stream);
      if (order) findings.push(wrongStream(order, row));
    }
  }
  return findings;
}

const wrongStream = (order: OrderFacts, row: StreamRow): Finding =>
  aboutOrder(order, {
    ...{ what: row.stream, weight: 'certain' },
    expected: `${row.stream}: versions without gaps, each thing once`,
    found: words(row),
  });

async function allStreams({ snapshots }: Scope): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const database of await snapshots.holdersOf('event')) {
    for (const row of await snapshots.rows<StreamRow>(database, WRONG_STREAMS(''))) {
      findings.push({
        ...{ key: `${database}/${row.stream}`, orderId: null, sagaId: null, weight: 'certain' },
        scope: 'everything',
        expected: `${row.stream}: versions without gaps, each thing once`,
        found: words(row),
      });
    }
  }
  return findings;
}

/** By the witness: what a customer was told, and how often. */
async function told({ snapshots, settled }: Scope): Promise<Finding[]> {
  const rows = await snapshots.rows<{ order_id: string; kind: string; n: number }>(
    'outside-world',
    `select order_id, kind, count(*)::int as n from mail_statement where order_id = any($1)
     group by order_id, kind having count(*) > 1`,
    [idsOf(settled)],
  );
  const known = new Map(settled.map((order) => [order.orderId, order]));
  return rows.flatMap(({ order_id, kind, n }) => {
    const order = known.get(order_id);
    const due = 1 + Number(order?.returned ?? false);
    if (!order || n <= due) return [];
    return [aboutOrder(order, { what: kind, expected: `${due} by ${kind}`, found: `${n} by ${kind}` })];
  });
}

/** What two holds of stock, two charges or two shipments of one order would be. */
async function effects({ snapshots, settled }: Scope): Promise<Finding[]> {
  const known = new Map(settled.map((order) => [order.orderId, order]));
  const ids = [[...known.keys()]];
  const ask = (database: string, table: string, status: string) =>
    snapshots.rows<{ order_id: string; n: number }>(
      database,
      `select order_id, count(*)::int as n from ${table} where status = '${status}' and order_id = any($1)
       group by order_id having count(*) > 1`,
      ids,
    );
  const found: Finding[] = [];
  for (const [database, table, status] of EFFECTS) {
    if (!(await snapshots.holdersOf(table)).includes(database)) continue;
    for (const { order_id, n } of await ask(database, table, status)) {
      const order = known.get(order_id);
      if (!order) continue;
      found.push(
        aboutOrder(order, {
          ...{ what: table, weight: 'certain' },
          ...{ expected: `one ${table}`, found: `${n} ${table}s ${status}` },
        }),
      );
    }
  }
  return found;
}

const EFFECTS = [
  ['inventory', 'reservation', 'reserved'],
  ['payments', 'charge', 'captured'],
  ['shipping', 'shipment', 'created'],
] as const;

export const once: Invariant = {
  id: 'I8',
  title: 'Nothing is applied twice, and no stream of events has a gap',
  needs: ['orders', 'outside-world'],
  check: async (scope) => [
    ...(await streamsOfOrders(scope)),
    ...(await told(scope)),
    ...(await effects(scope)),
    ...(scope.everything ? await allStreams(scope) : []),
  ],
};
