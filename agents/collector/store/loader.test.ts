import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Spool } from '../spool/spool.ts';
import { ALL_MARKS, type Signal } from '../wire/signals.ts';
import { Loader } from './loader.ts';

const log = pino({ level: 'silent' });
const AT_ONCE = { retryMs: 1, rest: 0 };
/** Deadline of a condition, for a machine that is busy with other things. */
const soon = { timeout: 25_000 };
const NOT_ENOUGH_SPACE = 243;
const AUTHENTICATION_FAILED = 516;
const S3_ERROR = 499;
const SETTING_CONSTRAINT_VIOLATION = 452;
const UNKNOWN_PROTOBUF_FORMAT = 444;
const MEMORY_LIMIT_EXCEEDED = 241;

let dir: string;
let loader: Loader | undefined;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stormglass-loader-'));
});
afterEach(async () => {
  await loader?.close(1_000);
  await rm(dir, { recursive: true, force: true });
});

/** Stands in for the engine: remembers tokens, and refuses as it is told to. */
class Store {
  readonly reads = 'file';
  readonly loaded: string[] = [];
  attempts = 0;
  readonly #refuse: (token: string, attempt: number) => number | null;

  constructor(refuse: (token: string, attempt: number) => number | null) {
    this.#refuse = refuse;
  }

  async load(sql: string): Promise<void> {
    const token = /insert_deduplication_token = '([^']+)'/.exec(sql)?.[1] ?? '';
    this.attempts++;
    const clickhouseCode = this.#refuse(token, this.attempts);
    if (clickhouseCode !== null) throw Object.assign(new Error('refused'), { clickhouseCode });
    this.loaded.push(token);
  }
}

async function spoolWith(requests: number, signal: Signal = 'traces'): Promise<Spool> {
  const spool = await Spool.open({ dir, maxBytes: 1e6, log });
  const append = (_: unknown, i: number) => spool.append(signal, [Uint8Array.of(0x0a, 1, i)], ALL_MARKS);
  await Promise.all(Array.from({ length: requests }, append));
  return spool;
}

test.each([
  ['a full disk', NOT_ENOUGH_SPACE],
  ['a password that the server refuses', AUTHENTICATION_FAILED],
  ['object storage that is away', S3_ERROR],
  ['a setting that the server does not allow', SETTING_CONSTRAINT_VIOLATION],
])(
  '%s is waited out: nothing acknowledged is set aside, however often the load fails',
  async (_what, code) => {
    const store = new Store((_token, attempt) => (attempt <= 30 ? code : null));
    const spool = await spoolWith(2);
    loader = new Loader(spool, store, log, AT_ONCE);
    await vi.waitUntil(() => spool.bytes === 0, soon);
    expect(store.loaded).toHaveLength(1);
    expect(spool.quarantined).toBe(0);
  },
);

test('a segment that went in by pieces is never loaded as a whole, also after a restart', async () => {
  const store = new Store((token) => {
    if (!token.includes('#')) return UNKNOWN_PROTOBUF_FORMAT;
    return token.endsWith('#1') ? NOT_ENOUGH_SPACE : null;
  });
  const spool = await spoolWith(2);
  loader = new Loader(spool, store, log, AT_ONCE);
  await vi.waitUntil(() => loader && loader.stats.failures > 3, soon);
  await loader.close(1_000);
  expect(new Set(store.loaded.map((token) => token.slice(-2)))).toEqual(new Set(['#0']));

  const after = new Store(() => null);
  const reopened = await Spool.open({ dir, maxBytes: 1e6, log });
  loader = new Loader(reopened, after, log, AT_ONCE);
  await vi.waitUntil(() => reopened.bytes === 0, soon);
  expect(after.loaded.map((token) => token.slice(-2))).toEqual(['#0', '#1']);
  expect(after.loaded[0]).toBe(store.loaded[0]);
  expect((await readdir(dir)).filter((name) => name.includes('.pb'))).toEqual([]);
});

test('a piece which is in is not repeated when so many came after it that the store has forgotten its token', async () => {
  const REMEMBERED = 1000;
  let isFull = true;
  const store = new Store((token) => {
    if (!token.includes('#')) return UNKNOWN_PROTOBUF_FORMAT;
    return isFull && token.endsWith('#1300') ? NOT_ENOUGH_SPACE : null;
  });
  const spool = await spoolWith(1500);
  loader = new Loader(spool, store, log, AT_ONCE);
  await vi.waitUntil(() => loader && loader.stats.failures > 2, soon);
  await loader.close(1_000);
  isFull = false;
  const reopened = await Spool.open({ dir, maxBytes: 1e6, log });
  loader = new Loader(reopened, store, log, AT_ONCE);
  await vi.waitUntil(() => reopened.bytes === 0, soon);

  const last = new Map<string, number>();
  const repeated = store.loaded.filter((token, at) => {
    const before = last.get(token);
    last.set(token, at);
    return before !== undefined && at - before > REMEMBERED;
  });
  expect(repeated).toEqual([]);
  expect(last.size).toBe(1500);
}, 60_000);

test('a kind of metrics that is in already is not loaded again with the pieces, also after a restart', async () => {
  const store = new Store((token) => {
    if (token.endsWith(':gauge')) return null;
    return token.includes('#') ? NOT_ENOUGH_SPACE : UNKNOWN_PROTOBUF_FORMAT;
  });
  const spool = await spoolWith(2, 'metrics');
  loader = new Loader(spool, store, log, AT_ONCE);
  await vi.waitUntil(() => loader && loader.stats.failures > 2, soon);
  await loader.close(1_000);
  expect(store.loaded).toEqual([expect.stringMatching(/\.pb:gauge$/)]);

  const after = new Store(() => null);
  const reopened = await Spool.open({ dir, maxBytes: 1e6, log });
  loader = new Loader(reopened, after, log, AT_ONCE);
  await vi.waitUntil(() => reopened.bytes === 0, soon);
  expect(after.loaded.filter((token) => token.endsWith(':gauge'))).toEqual([]);
  expect(after.loaded.filter((token) => token.endsWith('#0:sum'))).toHaveLength(1);
});

test('a request that alone needs more memory than there is ends in quarantine; the others of its segment get in', async () => {
  const store = new Store((token) =>
    !token.includes('#') || token.endsWith('#1') ? MEMORY_LIMIT_EXCEEDED : null,
  );
  const spool = await spoolWith(3);
  loader = new Loader(spool, store, log, AT_ONCE);
  await vi.waitUntil(() => spool.quarantined === 1, soon);
  await vi.waitUntil(() => !spool.hasData('traces'), soon);
  expect(new Set(store.loaded.map((token) => token.slice(-2)))).toEqual(new Set(['#0', '#2']));
  expect(await readdir(join(dir, 'quarantine'))).toContainEqual(
    expect.stringMatching(/\.pb\.1\.reason\.txt$/),
  );
});
