import { pino } from 'pino';
import { expect, test } from 'vitest';
import { EvictedCounts } from './evicted.ts';
import { evictDay } from './eviction.ts';
import { Inventory, type Partition } from './inventory.ts';
import type { Maintenance } from './maintenance.ts';
import { Retention } from './retention.ts';

const DAY = 86_400;
const today = Math.floor(Date.now() / 1000 / DAY) * DAY;
const idOf = (start: number) => new Date(start * 1000).toISOString().slice(0, 10).replaceAll('-', '');

/** Stands in for the engine: has 10 spans on one day, of which `gone` match; the first change of rows fails if it is to. */
class Store implements Maintenance {
  statements: string[] = [];
  readonly partition: Partition;
  readonly #gone: number;
  #failures: number;

  constructor(start: number, gone: number, failures = 0) {
    const day = { day: idOf(start), from: start, to: start + DAY };
    this.partition = { table: 'otel_traces', ...day, rows: 10, bytes: 1000 };
    this.#gone = gone;
    this.#failures = failures;
  }

  async maintain(sql: string): Promise<Uint8Array> {
    this.statements.push(sql);
    if (sql.startsWith('ALTER TABLE otel_traces DELETE') && this.#failures > 0) {
      this.#failures -= 1;
      throw new Error('no memory');
    }
    return Buffer.from(JSON.stringify(this.#answer(sql) ?? '').replace('""', ''));
  }

  #answer(sql: string): object | undefined {
    if (sql.includes('FROM system.parts')) return this.partition;
    if (sql.includes('AS gone')) return { service: 'loud', gone: this.#gone, stored: 10 };
    return undefined;
  }
}

test('a change of rows that failed is ended before the set of kept traces, which it names, is made anew', async () => {
  const store = new Store(today - 5 * DAY, 5, 1);
  const policy = { days: 2, keepDays: 30, maxBytes: 0 };
  const retention = new Retention(store, policy, pino({ level: 'silent' }));
  // The first look finds the day, the second that it is filled no more.
  await retention.run();
  await expect(retention.run()).rejects.toThrow('no memory');
  store.statements = [];
  await retention.run();
  const at = (start: string) => store.statements.findIndex((sql) => sql.startsWith(start));
  expect(at('KILL MUTATION')).toBeGreaterThanOrEqual(0);
  expect(at('KILL MUTATION')).toBeLessThan(at('DROP TABLE IF EXISTS stormglass_kept'));
  expect(retention.evicted.total).toBe(5);
});

test.each([
  ['row by row while more of the day can come', today, 'DELETE IN PARTITION'],
  ['at once when it is over', today - 2 * DAY, 'DROP PARTITION'],
])('a day of which all stored rows go is removed %s', async (_how, start, how) => {
  const store = new Store(start, 10);
  const before = today + 60;
  const cuts = new Map([['loud', { ordinary: before, kept: before }]]);
  const inventory = new Inventory([store.partition]);
  const day = { inventory, day: store.partition.day, counts: new EvictedCounts() };
  await evictDay(store, day, { reason: 'bytes', cuts, before });
  const changes = store.statements.filter((sql) => sql.startsWith('ALTER TABLE otel_traces'));
  expect(changes).toEqual([expect.stringContaining(how)]);
});
