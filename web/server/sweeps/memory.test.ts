import type { CellResult } from '@stormglass/chaos/contract';
import { expect, test } from 'vitest';
import { SweepMemory } from './memory.ts';

const result = (cellId: string, verdict: CellResult['verdict']): CellResult => ({
  ...{
    cellId,
    row: 'a to b',
    column: 'error@before',
    verdict,
    why: '',
    faultIds: [],
    startedAt: 1,
    endedAt: 2,
  },
  ...{ injections: 0, reverted: null, readBack: '', exampleTraceId: null, figures: null },
});

test('what sweeps found is remembered of the newest only, and once for each cell of a sweep', () => {
  const ids = Array.from({ length: 30 }, (_, index) => `sweep-${30 - index}`);
  const memory = new SweepMemory(ids, (id) => [result(`cell of ${id}`, 'survives')]);
  expect(memory.known).toHaveLength(20);
  expect(memory.known.at(-1)?.cellId).toBe('cell of sweep-30');
  for (let i = 0; i < 100; i++) memory.learn('new', [result('again', i === 99 ? 'breaks' : 'survives')]);
  expect(memory.known).toHaveLength(20);
  expect(memory.known.at(-1)).toMatchObject({ cellId: 'again', verdict: 'breaks' });
  expect(memory.known.map(({ cellId }) => cellId)).not.toContain('cell of sweep-11');
});
