import { afterAll, beforeAll, expect, test } from 'vitest';
import { hash32, seededRandom } from '../../kit/random.ts';
import { ablate } from '../ablations/ablate.ts';
import { Stage } from '../ablations/stage.ts';
import { ABLATIONS } from '../ablations/table.ts';
import { play } from './play.ts';
import { oneOf, roundOf, wordsOf } from './round.ts';

/**
 * STORMGLASS_FAULTS_SEED replays a run, or makes another one; without it the seed is the same each time.
 * STORMGLASS_FAULTS_FIRST is the round to begin with, STORMGLASS_FAULTS_ORDERS how many orders a round has at most,
 * STORMGLASS_FAULTS_MS how long a fault lasts at most. It plays four rounds, or for STORMGLASS_FAULTS_SECONDS.
 */
const SEED = Number(process.env.STORMGLASS_FAULTS_SEED ?? 159);
const FIRST = Number(process.env.STORMGLASS_FAULTS_FIRST ?? 1);
const SECONDS = Number(process.env.STORMGLASS_FAULTS_SECONDS ?? 0);
const MOST = {
  orders: Number(process.env.STORMGLASS_FAULTS_ORDERS ?? 3),
  forMs: Number(process.env.STORMGLASS_FAULTS_MS ?? 2_500),
};
const ROUNDS = 4;
/** In the campaign a protection is taken away after so many rounds. */
const ABLATED_EVERY = 12;

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
}, 240_000);
afterAll(async () => {
  await stage.close();
});

/** What is wrong now, with its evidence. */
async function wrong() {
  const { invariants } = await stage.audited.sweepEverything();
  const red = invariants.filter(({ verdict }) => verdict === 'VIOLATION');
  return Promise.all(red.map(async ({ id }) => ({ id, ...(await stage.audited.evidence(id)) })));
}

/** Gives how many orders there were. */
async function playRound(number: number): Promise<number> {
  const round = roundOf(SEED, number, MOST);
  const steps = [
    ...round.orders.map(({ mode, kind }) => `order ${mode} ${kind}`),
    ...round.faults.map((fault) => `fault ${wordsOf(fault)} for ${round.forMs} ms`),
  ];
  try {
    await play(stage, round);
    await stage.allRight();
    expect(await wrong()).toEqual([]);
    return round.orders.length;
  } catch (error) {
    const how = `STORMGLASS_FAULTS_SEED=${SEED} STORMGLASS_FAULTS_ORDERS=${MOST.orders} STORMGLASS_FAULTS_MS=${MOST.forMs} STORMGLASS_FAULTS_FIRST=${number}`;
    throw new Error(`${how}\n${steps.join('\n')}\n${JSON.stringify(await wrong(), null, 1)}`, {
      cause: error,
    });
  }
}

/** One protection less, after some orders: what the table predicts comes true. */
async function ablateOne(number: number): Promise<void> {
  const ablation = oneOf(seededRandom(hash32(`${SEED}/ablation/${number}`)), ABLATIONS);
  await play(stage, { ...roundOf(SEED, number, MOST), faults: [] });
  await stage.allRight();
  process.stderr.write(`without ${ablation.protection} at ${ablation.at}, ${ablation.when}\n`);
  await ablate(stage, ablation);
}

test(
  'whatever random faults do to orders of both modes, all books are right when they are over',
  async () => {
    process.stderr.write(`random faults: STORMGLASS_FAULTS_SEED=${SEED}\n`);
    const until = performance.now() + SECONDS * 1_000;
    let number = FIRST;
    let orders = 0;
    for (; SECONDS > 0 ? performance.now() < until : number < FIRST + ROUNDS; number++) {
      orders += await playRound(number);
      if (SECONDS > 0 && number % ABLATED_EVERY === 0) await ablateOne(number);
    }
    process.stderr.write(`random faults: ${orders} orders in ${number - FIRST} rounds\n`);
  },
  Math.max(600, SECONDS + 600) * 1_000,
);
