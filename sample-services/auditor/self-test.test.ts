import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { PROTECTIONS } from '../kit/protections.ts';
import { ablate } from '../testing/ablations/ablate.ts';
import { Stage } from '../testing/ablations/stage.ts';
import { ABLATIONS, COSTLY } from '../testing/ablations/table.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
}, 240_000);
afterAll(async () => {
  await stage.close();
});
afterEach(async () => {
  await stage.heal();
});

test('each protection is in one of the two tables', () => {
  const named = [...ABLATIONS.map(({ protection }) => protection), ...Object.keys(COSTLY)];
  expect([...new Set(named)].sort()).toEqual(Object.keys(PROTECTIONS).sort());
  for (const [protection, proof] of Object.entries(COSTLY)) {
    expect(readFileSync(new URL(`../${proof?.provedIn}`, import.meta.url), 'utf8')).toContain(protection);
  }
});

describe('with everything protected', () => {
  test.each(ABLATIONS)('nothing is violated when $when ($protection)', async ({ provoke }) => {
    const orderId = await provoke(stage);
    await stage.heal();
    await stage.settled(orderId);
  });

  test('and all books are right in the end', async () => {
    await stage.allRight();
    const { invariants } = await stage.audited.wall();
    expect(invariants.filter(({ acknowledged }) => acknowledged > 0)).toEqual([]);
  });
});

describe('without', () => {
  test.each(ABLATIONS)(
    '$protection at $at, exactly $breaks turn red when $when',
    (ablation) => ablate(stage, ablation),
    180_000,
  );

  test('one-way-calls, nothing turns red, and parcels wait for an orders that answers nobody', async () => {
    stage.shop.meddlers.orders.forwardTo('http://127.0.0.1:9');
    const statusOf = async () => (await stage.shop.facts(await stage.ordered())).status;
    expect(await statusOf()).toBe('CONFIRMED');
    await stage.protect('shipping', 'one-way-calls', false);
    expect(await statusOf()).toBe('CANCELLED');
    await stage.protect('shipping', 'one-way-calls', true);
    await stage.allRight();
  });
});
