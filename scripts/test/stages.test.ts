import { expect, test } from 'vitest';
import { playwrightCounts, STAGES, summary, vitestCounts } from './stages.ts';

test('the last line is plain, and names skipped tests only when there are some', () => {
  expect(summary({ passed: 12, failed: 0, skipped: 0 })).toBe('12 passed, 0 failed');
  expect(summary({ passed: 12, failed: 1, skipped: 3 })).toBe('12 passed, 1 failed, 3 skipped');
});

test('counts come from the reports of the runners', () => {
  expect(vitestCounts({ numPassedTests: 5, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 })).toEqual(
    {
      passed: 5,
      failed: 1,
      skipped: 3,
    },
  );
  expect(playwrightCounts({ stats: { expected: 4, unexpected: 1, flaky: 1, skipped: 2 } })).toEqual({
    passed: 4,
    failed: 2,
    skipped: 2,
  });
});

test('a check counts as one test', () => {
  const biome = STAGES.find((stage) => stage.name === 'biome');
  expect(biome?.count(0)).toEqual({ passed: 1, failed: 0, skipped: 0 });
  expect(biome?.count(1)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

test('a runner that dies without a report counts as a failure', () => {
  expect(vitestCounts(null)).toEqual({ passed: 0, failed: 0, skipped: 0 });
  const vitest = STAGES.find((stage) => stage.name === 'vitest');
  expect(vitest?.count(1).failed).toBeGreaterThan(0);
});
