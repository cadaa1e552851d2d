import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** One stage of `npm test`: a command, and how to count what it found. */
export interface Stage {
  name: string;
  title: string;
  /** Path of a JavaScript or TypeScript file, relative to the repository, and its arguments. */
  command: readonly string[];
  /** Shows the output as it comes; otherwise only a failure's output is shown. */
  live: boolean;
  count: (exitCode: number) => Counts;
  /** Removed before the run, so that an old report is never counted. */
  report?: string;
}

const bin = (path: string) => join('node_modules', path);
/** A check is one test. */
const asOne = (exitCode: number): Counts => ({
  passed: exitCode === 0 ? 1 : 0,
  failed: exitCode === 0 ? 0 : 1,
  skipped: 0,
});

const VITEST_REPORT = join(ROOT, 'test-results', 'vitest.json');
const PLAYWRIGHT_REPORT = join(ROOT, 'test-results', 'playwright.json');

/** In the order in which they run: what is quick to fail comes first. */
export const STAGES: readonly Stage[] = [
  check('biome', 'format and lint', [bin('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.']),
  check('build', 'dashboard build', ['scripts/build-web.ts']),
  check('types', 'types, server side', [bin('typescript/bin/tsc'), '-p', 'tsconfig.json']),
  check('types-web', 'types, browser side', [bin('typescript/bin/tsc'), '-p', 'web/tsconfig.json']),
  check('boundaries', 'import boundaries', ['scripts/check-boundaries.ts']),
  check('budgets', 'size budgets', ['scripts/check-budgets.ts']),
  check('knip', 'dead code', [bin('knip/bin/knip.js')]),
  {
    name: 'vitest',
    title: 'unit and integration tests',
    command: [
      bin('vitest/vitest.mjs'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${VITEST_REPORT}`,
    ],
    live: true,
    report: VITEST_REPORT,
    count: (exitCode) => atLeastOneFailure(exitCode, vitestCounts(readJson(VITEST_REPORT))),
  },
  {
    name: 'playwright',
    title: 'scenarios in a browser',
    command: [bin('@playwright/test/cli.js'), 'test', '--pass-with-no-tests'],
    live: true,
    report: PLAYWRIGHT_REPORT,
    count: (exitCode) => atLeastOneFailure(exitCode, playwrightCounts(readJson(PLAYWRIGHT_REPORT))),
  },
];

function check(name: string, title: string, command: readonly string[]): Stage {
  return { name, title, command, live: false, count: asOne };
}

export function clearReport(stage: Stage): void {
  if (stage.report !== undefined) rmSync(stage.report, { force: true });
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    // The runner died before it wrote its report; its exit code tells that.
    return null;
  }
}

/** A runner can fail without a failed test (a file that does not load, no report at all). */
function atLeastOneFailure(exitCode: number, counts: Counts): Counts {
  return exitCode !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

function numberAt(report: unknown, key: string): number {
  if (typeof report !== 'object' || report === null) return 0;
  const value: unknown = Object.entries(report).find(([name]) => name === key)?.[1];
  return typeof value === 'number' ? value : 0;
}

/** Counts of vitest's JSON report. */
export function vitestCounts(report: unknown): Counts {
  return {
    passed: numberAt(report, 'numPassedTests'),
    failed: numberAt(report, 'numFailedTests'),
    skipped: numberAt(report, 'numPendingTests') + numberAt(report, 'numTodoTests'),
  };
}

/** Counts of Playwright's JSON report; a flaky test counts as failed. */
export function playwrightCounts(report: unknown): Counts {
  const stats: unknown =
    typeof report === 'object' && report !== null && 'stats' in report ? report.stats : null;
  return {
    passed: numberAt(stats, 'expected'),
    failed: numberAt(stats, 'unexpected') + numberAt(stats, 'flaky'),
    skipped: numberAt(stats, 'skipped'),
  };
}

/** `12 passed, 0 failed`, with `, 3 skipped` when there are any. */
export function summary(counts: Counts): string {
  const skipped = counts.skipped === 0 ? '' : `, ${counts.skipped} skipped`;
  return `${counts.passed} passed, ${counts.failed} failed${skipped}`;
}
