import { assertNever } from '@stormglass/agents/contract';
import pg from 'pg';
import type { Stage } from '../ablations/stage.ts';
import type { ShopService } from '../shop.ts';
import type { RandomFault } from './round.ts';

type End = () => Promise<void>;
const nothing: End = async () => {};

/** Does a harm that lasts; gives what ends it. What was killed is started by `Stage.heal`. */
export async function harm(stage: Stage, fault: RandomFault, forMs: number): Promise<End> {
  switch (fault.fault) {
    case 'call':
      stage.shop.meddlers[fault.service].meddle(fault.path, fault.how, fault.times);
      return nothing;
    case 'lock':
      return lock(stage.shop.databases[fault.service] ?? '', fault.table);
    case 'pool':
      return exhaust(stage, fault.service, forMs);
    case 'crash':
      await stage.command(fault.service, 'crash.arm', { point: fault.point });
      return () => disarm(stage, fault.service);
    case 'kill':
      await stage.process(fault.service).kill();
      return nothing;
    case 'pause':
      stage.process(fault.service).pause();
      return async () => stage.process(fault.service).resume();
    case 'outage':
      await stage.reachable(fault.database, false);
      return () => stage.reachable(fault.database, true);
    case 'again':
      await sayAgain(stage, fault.database);
      return nothing;
    default:
      return assertNever(fault);
  }
}

/** Every statement on the table waits. */
async function lock(url: string, table: string): Promise<End> {
  const client = new pg.Client({ connectionString: url });
  // Its database may be cut off while it holds the lock: that is another fault's doing.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(`begin; set local lock_timeout = '2s'; lock table ${table} in access exclusive mode`);
  } catch {
    // Away, or too busy to be locked: a fault that does not come about.
    await client.end().catch(() => undefined);
    return nothing;
  }
  return () => client.end().catch(() => undefined);
}

async function exhaust(stage: Stage, service: ShopService, forMs: number): Promise<End> {
  if (!stage.process(service).running) return nothing;
  const { faultId } = await stage.hub.arm(service, {
    action: { type: 'pool_exhaustion' },
    target: { kind: 'service', service },
    durationMs: Math.max(100, forMs),
  });
  return async () => {
    // Whose process has died meanwhile has no lease to end.
    await stage.hub.release(service, faultId).catch(() => undefined);
  };
}

async function disarm(stage: Stage, service: ShopService): Promise<void> {
  if (stage.process(service).running) {
    // It may die of its point in this very moment.
    await stage.hub.invoke(service, 'crash.arm', { point: null }).catch(() => undefined);
  }
}

/** The newest messages of an outbox are sent once more, by a relay that never learned that they had been. */
async function sayAgain(stage: Stage, database: ShopService): Promise<void> {
  const { shop } = stage;
  const rows = await shop.sql<{ id: string; queue: string }>(
    database,
    'select id, queue from outbox where sent_at is not null order by seq desc limit 5',
  );
  const ids = [rows.map(({ id }) => id), rows.map(({ queue }) => queue)];
  const these = '(id::text, queue) in (select * from unnest($1::text[], $2::text[]))';
  await shop.sql('broker', `delete from bullmq.job where state = 'completed' and ${these}`, ids);
  await shop.sql(database, `update outbox set sent_at = null, sent_epoch = null where ${these}`, ids);
}
