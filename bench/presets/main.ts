/**
 * Runs each preset with its protections and without, and holds what it does to what its file says of it; and the same
 * kill on a transport that keeps messages and on one that does not. `--only NAME` (again and again) runs some,
 * `--json FILE` keeps the runs. `--attempts N`: what differs is run again, at most N times in all, on a machine that has
 * other work; each attempt is in the table.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Run } from '@stormglass/chaos/contract';
import { type Expectation, expectations, loadExperiments } from '@stormglass/chaos/engine';
import { figureText } from '@stormglass/chaos/report';
import { noRedis, testRedis } from '../../sample-services/testing/brokers.ts';
import { buildWeb } from '../../scripts/build-web.ts';
import { Shop } from './shop.ts';

const LOSSY = 'lossy-transport';

/** What a run did without: nothing, the protections of its file, or messages that are kept. */
type Without = 'nothing' | 'protections' | 'kept messages';

interface Row {
  run: Run;
  without: Without;
  attempt: number;
  found: Expectation[];
}

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    json: { type: 'string' },
    attempts: { type: 'string', default: '1' },
  },
});
const rows: Row[] = [];

async function wanted(): Promise<string[]> {
  const { experiments } = await loadExperiments(join(import.meta.dirname, '../../chaos/experiments'));
  const presets = experiments.filter(({ spec }) => spec.tags.includes('preset')).map(({ id }) => id);
  const all = [...presets, LOSSY];
  const unknown = values.only?.filter((id) => !all.includes(id)) ?? [];
  if (unknown.length > 0)
    throw new Error(`there is no preset ${unknown.join(', ')}; one of: ${all.join(', ')}`);
  return all.filter((id) => values.only?.includes(id) ?? true);
}

const isAsExpected = ({ found }: Row): boolean => found.every(({ as }) => as);

function note(run: Run, without: Without, attempt: number): Row {
  const row = { run, without, attempt, found: expectations({ ...run, unprotected: without !== 'nothing' }) };
  rows.push(row);
  process.stdout.write(`${run.experimentId} without ${without}, attempt ${attempt}\n`);
  for (const { as, says } of row.found)
    process.stdout.write(`  ${as ? 'as expected' : 'DIFFERS'}: ${says}\n`);
  return row;
}

/** Runs it until it is as expected or the attempts are spent; violations that it leaves would be blamed on the next run. */
async function attempt(shops: { now: Shop }, id: string, without: Without, env = {}): Promise<void> {
  for (let count = 1; count <= Number(values.attempts); count++) {
    const row = note(await shops.now.run(id, without === 'protections'), without, count);
    if ((row.run.recovery?.violated.length ?? 0) > 0) {
      await shops.now.close();
      shops.now = new Shop(env);
    }
    if (isAsExpected(row)) return;
  }
}

async function onUsualBroker(ids: readonly string[]): Promise<void> {
  const shops = { now: new Shop() };
  try {
    for (const id of ids) {
      await attempt(shops, id, 'nothing');
      if (id !== LOSSY) await attempt(shops, id, 'protections');
    }
  } finally {
    await shops.now.close();
  }
}

async function onPubSub(): Promise<void> {
  if (noRedis !== null) {
    process.stdout.write(`${LOSSY} on Redis pub/sub was not run: ${noRedis}\n`);
    return;
  }
  const redis = await testRedis();
  await redis.start();
  const env = { BROKER_URL: redis.url.replace(/^redis/, 'redis-pubsub') };
  const shops = { now: new Shop(env) };
  try {
    await attempt(shops, LOSSY, 'kept messages', env);
  } finally {
    await shops.now.close();
    await redis.stop();
  }
}

/** The last attempts decide. */
function decided(): Row[] {
  return [...new Map(rows.map((row) => [`${row.run.experimentId}/${row.without}`, row])).values()];
}

function cells(row: Row): string[] {
  const { run, without, attempt: count } = row;
  const figure = (name: 'detect' | 'recover') =>
    run.recovery === null ? '' : figureText(run.recovery[name]);
  return [
    ...[run.experimentId, without, String(count), run.verdict ?? '', figure('detect'), figure('recover')],
    ...[run.recovery?.violated.join(', ') || 'none'],
    ...[isAsExpected(row) ? 'as expected' : 'DIFFERS'],
  ];
}

const ids = await wanted();
// A start that has to build first may take longer than a start may.
await buildWeb((message) => process.stdout.write(`${message}\n`));
await onUsualBroker(ids);
if (ids.includes(LOSSY)) await onPubSub();
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(rows.map(({ run }) => run)));
const head = [
  'preset',
  'without',
  'attempt',
  'verdict',
  'detected',
  'recovered',
  'violated',
  'what it should do',
];
for (const line of [head, head.map(() => '---'), ...rows.map(cells)]) {
  process.stdout.write(`| ${line.join(' | ')} |\n`);
}
process.exit(decided().every(isAsExpected) ? 0 : 1);
