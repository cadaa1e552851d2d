import { randomUUID } from 'node:crypto';
import { expect, vi } from 'vitest';
import { TestHub } from '../../../agents/node/testing/hub.ts';
import type { Protection } from '../../kit/protections.ts';
import { AuditedShop } from '../audited-shop.ts';
import { ask } from '../postgres.ts';
import type { ServiceProcess } from '../service-process.ts';
import type { ShopService, TestShop } from '../shop.ts';

const DATABASES = [
  ...['outside-world', 'inventory', 'payments', 'shipping', 'notifications', 'orders', 'broker'],
] as const;

/** Processes that can be hurt, by the name of their agents: orders has a replica, which nobody calls by itself. */
export type Actor = ShopService | 'orders-2';

/** How long a saga may lie untouched on a stage, ms: an owner that died loses its sagas long before. */
const SAGA_MS = 8_000;
const LEASE_MS = 3_000;
const UNDER_WAY = `select order_id from (select order_id, ended_at from saga union all
  select order_id, ended_at from choreography) sagas where ended_at is null`;
const soon = { timeout: 60_000, interval: 50 };

/** A shop with an auditor, whose processes take orders from a hub as they do from the dashboard's. */
export class Stage {
  readonly audited: AuditedShop;
  readonly hub: TestHub;
  readonly replica: ServiceProcess;

  private constructor(audited: AuditedShop, hub: TestHub, replica: ServiceProcess) {
    this.audited = audited;
    this.hub = hub;
    this.replica = replica;
  }

  static async open(): Promise<Stage> {
    const hub = await TestHub.start();
    const env = {
      STORMGLASS_HUB: hub.url,
      STORMGLASS_CHAOS: 'on',
      SAGA_POLICY: JSON.stringify({ leaseMs: LEASE_MS }),
    };
    const audited = await AuditedShop.start({ AUDIT_SAGA_MS: String(SAGA_MS) }, env);
    const replica = audited.shop.replica('orders', 'orders-2');
    await replica.start();
    return new Stage(audited, hub, replica);
  }

  get shop(): TestShop {
    return this.audited.shop;
  }

  process(actor: Actor): ServiceProcess {
    return actor === 'orders-2' ? this.replica : this.shop.services[actor];
  }

  /** Takes a protection away or puts it back, and sees that it is so. */
  protect(actor: Actor, protection: Protection, on: boolean): Promise<void> {
    return this.command(actor, 'switch.set', { name: protection, on });
  }

  /** A control of a process, repeated until its agent is there; a process that has just been started has to say hello first. */
  command(actor: Actor, name: string, input: unknown): Promise<void> {
    return vi.waitFor(async () => {
      expect(await this.hub.invoke(actor, name, input)).toMatchObject({ ok: true });
    }, soon);
  }

  /** Places an order which comes to rest; gives its id. */
  async ordered(change: Record<string, unknown> = {}): Promise<string> {
    const key = randomUUID();
    await this.shop.order(change, key);
    return this.settled(await this.placed(key));
  }

  /** Id of the order that was placed under this key, once it is committed. */
  placed(key: string, within = soon): Promise<string> {
    return vi.waitFor(async () => {
      const orderId = await this.shop.orderIdOf(key);
      if (orderId === null) throw new Error('the order is not there');
      return orderId;
    }, within);
  }

  /** Resolves when the order has ended, and no saga about it is under way; gives its id. */
  settled(orderId: string, within = soon): Promise<string> {
    return vi.waitFor(async () => {
      const ended = `select 1 from order_head where id = $1 and status <> 'PENDING'`;
      expect(await this.shop.sql('orders', ended, [orderId])).toHaveLength(1);
      expect(await this.shop.sql('orders', `${UNDER_WAY} and order_id = $1`, [orderId])).toEqual([]);
      return orderId;
    }, within);
  }

  /** Resolves when no saga at all is under way. */
  async atRest(): Promise<void> {
    await vi.waitFor(async () => expect(await this.shop.sql('orders', UNDER_WAY)).toEqual([]), soon);
  }

  /** Whether databases of that name take connections; those which are open are cut. */
  async reachable(database: string, yes: boolean): Promise<void> {
    const admin = (text: string, values: unknown[] = []) => ask(this.shop.postgres.adminUrl, text, values);
    await admin(`alter database "${database}" allow_connections ${yes}`);
    if (!yes) {
      await admin('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [database]);
    }
  }

  /** Ends every harm: what is held arrives, what sleeps or is dead runs, everything is protected again. */
  async heal(): Promise<void> {
    for (const meddler of Object.values(this.shop.meddlers)) {
      meddler.heal();
      meddler.releaseHeld();
    }
    for (const database of DATABASES) await this.reachable(database, true);
    for (const process of [...Object.values(this.shop.services), this.replica]) {
      if (process.running) process.resume();
      else await process.start();
    }
  }

  /** Ids of the invariants that are violated now. */
  async red(): Promise<string[]> {
    const wall = await this.audited.sweepEverything();
    return wall.invariants.filter(({ verdict }) => verdict === 'VIOLATION').map(({ id }) => id);
  }

  /** Resolves when exactly these are violated. */
  async violated(ids: readonly string[]): Promise<void> {
    await vi.waitFor(async () => expect((await this.red()).sort()).toEqual([...ids].sort()), soon);
  }

  /** Nothing is violated and nothing waited for. */
  allRight(): Promise<void> {
    return vi.waitFor(async () => {
      await this.audited.sweepEverything();
      expect(await this.audited.notOk()).toEqual({});
    }, soon);
  }

  async close(): Promise<void> {
    await this.replica.kill();
    await this.audited.stop();
    await this.hub.close();
  }
}
