import { expect, test } from 'vitest';
import { CollectorConfig } from './config.ts';

const BASE = { COLLECTOR_SECRET: 'a-secret-of-a-test', COLLECTOR_DATA_DIR: 'data' };

test.each(['0.0.0.0', '192.168.1.7', '::', '127.0.0.1.example.org'])(
  '%s takes nothing without a key',
  (host) => {
    const open = CollectorConfig.safeParse({ ...BASE, COLLECTOR_HOST: host });
    expect(open.error?.issues[0]?.path).toEqual(['COLLECTOR_OTLP_KEY']);
    expect(
      CollectorConfig.safeParse({ ...BASE, COLLECTOR_HOST: host, COLLECTOR_OTLP_KEY: 'k' }).success,
    ).toBe(true);
  },
);

test.each(['127.0.0.1', 'localhost', '::1'])('%s needs none', (host) => {
  expect(CollectorConfig.safeParse({ ...BASE, COLLECTOR_HOST: host }).success).toBe(true);
});

const MIB = 1_048_576;

test('one setting bounds the memory: its shares leave room for the process, and the largest request always fits', () => {
  for (const mib of [512, 1024, 4096]) {
    const config = CollectorConfig.parse({ ...BASE, COLLECTOR_MEMORY_BYTES: String(mib * MIB) });
    const shares = config.COLLECTOR_ENGINE_MEMORY_BYTES + config.COLLECTOR_MAX_IN_FLIGHT_BYTES;
    expect(shares).toBeLessThanOrEqual((mib - 192) * MIB);
    expect(config.COLLECTOR_MAX_IN_FLIGHT_BYTES).toBeGreaterThanOrEqual(
      2 * config.COLLECTOR_MAX_REQUEST_BYTES,
    );
  }
  expect(CollectorConfig.safeParse({ ...BASE, COLLECTOR_MEMORY_BYTES: String(100 * MIB) }).success).toBe(
    false,
  );
});

test('a share that is set on its own is taken as it is, unless the largest request would never fit', () => {
  const set = { ...BASE, COLLECTOR_MAX_IN_FLIGHT_BYTES: '1000', COLLECTOR_ENGINE_MEMORY_BYTES: '700000000' };
  expect(CollectorConfig.parse(set)).toMatchObject({
    COLLECTOR_MAX_REQUEST_BYTES: 500,
    COLLECTOR_ENGINE_MEMORY_BYTES: 700_000_000,
  });
  const never = CollectorConfig.safeParse({ ...set, COLLECTOR_MAX_REQUEST_BYTES: '501' });
  expect(never.error?.issues[0]?.path).toEqual(['COLLECTOR_MAX_IN_FLIGHT_BYTES']);
});

test('traces are kept for 30 days or as long as the rest, and never shorter', () => {
  expect(CollectorConfig.parse(BASE).COLLECTOR_KEEP_DAYS).toBe(30);
  expect(CollectorConfig.parse({ ...BASE, COLLECTOR_RETENTION_DAYS: '90' }).COLLECTOR_KEEP_DAYS).toBe(90);
  const shorter = CollectorConfig.safeParse({ ...BASE, COLLECTOR_KEEP_DAYS: '3' });
  expect(shorter.error?.issues[0]?.path).toEqual(['COLLECTOR_KEEP_DAYS']);
});

test('a store in the data directory has a limit of bytes, a server only when one is set', () => {
  const server = { ...BASE, CLICKHOUSE_URL: 'http://127.0.0.1:8123' };
  expect(CollectorConfig.parse(BASE).COLLECTOR_MAX_STORE_BYTES).toBe(20 * 1024 * MIB);
  expect(CollectorConfig.parse(server).COLLECTOR_MAX_STORE_BYTES).toBe(0);
});
