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
