import { expect, test } from 'vitest';
import { QUEUES as WATCHED } from '../../scripts/plan.ts';
import { QUEUES } from '../events/queues.ts';

test('the launch plan has the queue agent watch every queue of the shop, and no other', () => {
  const used = Object.values(QUEUES).map(({ name }) => name);
  expect(WATCHED.toSorted()).toEqual(used.toSorted());
});
