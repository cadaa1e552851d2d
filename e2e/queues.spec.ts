import type { Page } from '@playwright/test';
import { call } from './api.ts';
import { sql } from './ledger.ts';
import { expect, type System, test } from './system.ts';

const QUEUE = 'notifications.email';

/** Mails cannot be sent: after its third delivery each message is dead. */
const NO_MAIL = {
  action: { type: 'error', status: 503 },
  target: { kind: 'edge', from: 'notifications', to: 'outside-world' },
  durationMs: 120_000,
  reason: 'dead letters wanted',
};

async function idsIn(system: System, state: 'failed' | 'delayed'): Promise<string[]> {
  const text = 'select id from bullmq.job where queue = $1 and state = $2';
  return (await sql<{ id: string }>(system, 'broker', text, [QUEUE, state])).map(({ id }) => id);
}

const deadIds = (system: System) => idsIn(system, 'failed');

/** Which of these messages the service says it handled. */
const handled = async (system: System, ids: readonly string[]): Promise<string[]> =>
  (
    await sql<{ message_id: string }>(
      system,
      'notifications',
      `select message_id from notice where status = 'sent' and channel = 'email' and message_id = any($1)`,
      [ids],
    )
  ).map((row) => row.message_id);

/** How often the mail provider was told to send each of these messages. */
const mails = async (system: System, ids: readonly string[]): Promise<number[]> =>
  (
    await sql<{ n: number }>(
      system,
      'outside-world',
      "select count(*)::int as n from mail_statement where kind = 'email' and reference = any($1) group by reference",
      [ids],
    )
  ).map((row) => row.n);

/** Messages that are really dead; gives them when mails go out again and no other message can follow them. */
async function makeDeadLetters(system: System): Promise<string[]> {
  const { fault } = await call(system.dashboard, 'armFault', { input: { spec: NO_MAIL } });
  await call(system.dashboard, 'triggerSaga', { input: { count: 5 } });
  await expect.poll(async () => (await deadIds(system)).length).toBeGreaterThanOrEqual(5);
  await call(system.dashboard, 'releaseFault', { params: { id: fault?.faultId ?? '' } });
  const breaker = async () =>
    (await call(system.dashboard, 'breakers')).breakers.find((row) => row.service === 'notifications')?.sample
      ?.state;
  await expect.poll(breaker).toBe('closed');
  await expect.poll(() => idsIn(system, 'delayed')).toEqual([]);
  const dead = await deadIds(system);
  const shown = async () =>
    (await call(system.dashboard, 'queues')).queues.find((row) => row.queue === QUEUE)?.sample.dead;
  await expect.poll(shown).toBe(dead.length);
  return dead;
}

/** Opens the dead letters as a person does. */
async function openDead(page: Page, system: System, count: number) {
  await page.goto(`${system.dashboard}/queues`);
  const tank = page.getByRole('region', { name: `Queue ${QUEUE}`, exact: true });
  await tank.getByRole('button', { name: `DLQ ${count}` }).click();
  const drawer = page.getByRole('complementary', { name: `Dead letters of ${QUEUE}` });
  await expect(drawer).toContainText(`${count} messages`);
  return drawer;
}

async function audited(system: System, what: string, since: number): Promise<string[]> {
  const { entries } = await call(system.dashboard, 'audit');
  return entries
    .filter((entry) => entry.what === what && entry.at >= since)
    .map((entry) => `${entry.who}: ${entry.outcome}`);
}

test.describe('Dead letters', () => {
  test('redriven are handled for real: a chosen one, another, then the rest, each mail sent once', async ({
    page,
    system,
  }) => {
    const begun = Date.now();
    const dead = await makeDeadLetters(system);
    expect(await handled(system, dead)).toEqual([]);
    const drawer = await openDead(page, system, dead.length);
    const third = drawer.getByRole('button', { name: /^Redrive message / }).nth(2);
    const chosen = (await third.getAttribute('aria-label'))?.replace('Redrive message ', '') ?? '';
    await third.click();
    await expect(drawer.getByRole('status')).toHaveText('1 sent back to the queue.');
    await expect.poll(() => handled(system, dead)).toEqual([chosen]);
    await expect(drawer.getByRole('button', { name: `Redrive all ${dead.length - 1}` })).toBeEnabled();

    await drawer.getByRole('button', { name: 'Redrive one' }).click();
    await expect.poll(async () => (await handled(system, dead)).length).toBe(2);
    expect(await deadIds(system)).toHaveLength(dead.length - 2);

    await drawer.getByRole('button', { name: `Redrive all ${dead.length - 2}` }).click();
    const question = page.getByRole('alertdialog');
    await expect(question).toContainText(`${dead.length - 2} dead letters of ${QUEUE} go back`);
    await question.getByRole('button', { name: `Redrive ${dead.length - 2}` }).click();
    await expect(drawer.getByRole('status')).toHaveText(`${dead.length - 2} sent back to the queue.`);
    await expect.poll(async () => (await handled(system, dead)).length).toBe(dead.length);
    expect(await mails(system, dead)).toEqual(dead.map(() => 1));
    expect(await deadIds(system)).toEqual([]);
    await expect(drawer).toContainText('No message is dead');
    expect(await audited(system, 'queue.redrive', begun)).toEqual(new Array(3).fill('person: done'));
  });

  test('purged are gone for good, and only after the name of the queue was typed', async ({
    page,
    system,
  }) => {
    const begun = Date.now();
    const dead = await makeDeadLetters(system);
    const drawer = await openDead(page, system, dead.length);
    const purge = drawer.getByRole('button', { name: 'Purge' });
    await expect(purge).toBeDisabled();
    const name = drawer.getByLabel('To purge, type the name of the queue');
    await name.fill('notifications');
    await expect(purge).toBeDisabled();
    await expect(
      call(system.dashboard, 'queueAction', { params: { queue: QUEUE, action: 'purge' } }),
    ).rejects.toMatchObject({ code: 'invalid_request' });
    expect(await deadIds(system)).toHaveLength(dead.length);

    await name.fill(QUEUE);
    await purge.click();
    await expect(drawer.getByRole('status')).toContainText('removed for good');
    await expect(drawer).toContainText('No message is dead');
    const left = await sql(system, 'broker', 'select id from bullmq.job where queue = $1 and id = any($2)', [
      QUEUE,
      dead,
    ]);
    expect(left).toEqual([]);
    expect(await handled(system, dead)).toEqual([]);
    expect(await mails(system, dead)).toEqual([]);
    expect(await audited(system, 'queue.purge', begun)).toEqual(['person: done']);
  });
});

test('the consumers of a queue are given more hands, on every replica', async ({ page, system }) => {
  const queue = 'shipping.events';
  const hands = async () =>
    (await call(system.dashboard, 'queueConsumers', { params: { queue } })).consumers.map(
      ({ instance, concurrency }) => [instance, concurrency],
    );
  const before = await hands();
  expect(before.map(([instance]) => instance)).toEqual(['shipping-1', 'shipping-2']);
  await page.goto(`${system.dashboard}/queues`);
  await page.getByRole('button', { name: `Scale the consumers of ${queue}`, exact: true }).click();
  const field = page.getByLabel('Messages handled at once, by each');
  await field.fill('9');
  await page.getByRole('button', { name: 'Set on all' }).click();
  await expect(page.getByText('2 consumers set to 9.')).toBeVisible();
  expect(await hands()).toEqual([
    ['shipping-1', 9],
    ['shipping-2', 9],
  ]);
  const input = { concurrency: Number(before[0]?.[1]) };
  await call(system.dashboard, 'scaleQueue', { params: { queue }, input });
  expect(await hands()).toEqual(before);
});
