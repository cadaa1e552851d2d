import { type CallFigures, mergeSketches, quantile, type TrafficCell } from '@stormglass/agents/contract';
import type {
  ComparedPart,
  ComparedRow,
  ComparedSide,
  Comparison,
  Difference,
  Run,
} from '../contract/index.ts';
import { figuresOf } from '../recovery/index.ts';
import { holm } from '../statistics/index.ts';
import { BLOCK_S, type Block, type Blocked, blocksOf, type Key, stretchOf } from './blocks.ts';
import { FEWEST_CALLS, type Test, testsOf } from './differences.ts';

const METHOD = [
  `Each stretch is cut into blocks of ${BLOCK_S} s (longer where single seconds are not kept); a block is one observation, since calls of one moment share their fate.`,
  "Rate, share of errors and share of slow calls are ratios of sums over the blocks, durations the mean of their logarithms; the two runs are held against each other by Welch's t-test, with the greater of the scatter between blocks and that of chance alone.",
  `Shares and durations are tested from ${FEWEST_CALLS} calls in each run on. Slow: slower than the 95 % quantile of both runs together.`,
  "All tests of the comparison are one family: their p-values are adjusted by Holm's method, so that the chance of even one false mark is at most 5 %. * below 0.05, ** below 0.01, *** below 0.001.",
  'What differs may differ for other reasons than what was changed between the runs: two runs are one of each. Repeats with several seeds say more.',
];

/** One of the two runs, with the traffic of the stretch that is compared. */
export interface RunTraffic {
  run: Run;
  /** Epoch ms. */
  from: number;
  to: number;
  traffic: readonly TrafficCell[];
  /** Seconds that one cell covers. */
  stepSeconds: number;
}

interface Side {
  shown: ComparedSide;
  keys: Map<string, Blocked>;
  blocks: number;
  blockSeconds: number;
}

/** Two runs on every edge and operation. Pure. */
export function compareRuns(part: ComparedPart, one: RunTraffic, other: RunTraffic): Comparison {
  const a = sideOf(one);
  const b = sideOf(other);
  const drafts = draftsOf(a, b);
  const adjusted = holm(drafts.flatMap(({ tests }) => tests.map(({ p }) => p)));
  let at = 0;
  const rows = drafts.map(({ row, tests }): ComparedRow => {
    const differences = tests.map((test) => marked(test, adjusted[at++] ?? 1));
    return { ...row, differences };
  });
  return {
    ...{ part, a: a.shown, b: b.shown, method: METHOD, tests: adjusted.length },
    rows: rows.sort((x, y) => least(x) - least(y) || calls(y) - calls(x)),
    figures: figurePairs(one.run, other.run),
  };
}

function sideOf({ run, from, to, traffic, stepSeconds }: RunTraffic): Side {
  const stretch = stretchOf(from, to, stepSeconds);
  const { id, experimentId, experiment, seed, unprotected, verdict } = run;
  return {
    shown: {
      ...{ runId: id, experimentId, title: experiment.title, seed, unprotected },
      verdict: verdict ?? 'interrupted',
      ...{ from: stretch.from * 1000, to: stretch.to * 1000, blocks: stretch.blocks },
    },
    keys: blocksOf(traffic, stretch),
    blocks: stretch.blocks,
    blockSeconds: stretch.blockSeconds,
  };
}

interface Draft {
  row: Omit<ComparedRow, 'differences'>;
  tests: Test[];
}

function draftsOf(a: Side, b: Side): Draft[] {
  const names = new Map<string, Key>();
  for (const side of [a, b]) for (const [name, { key }] of side.keys) names.set(name, key);
  const seconds = { a: a.blockSeconds, b: b.blockSeconds };
  return [...names].map(([name, key]) => {
    const left = a.keys.get(name)?.blocks ?? silence(a.blocks);
    const right = b.keys.get(name)?.blocks ?? silence(b.blocks);
    const tests = testsOf(left, right, seconds);
    const row = {
      ...key,
      a: figures(left, a.blocks * a.blockSeconds),
      b: figures(right, b.blocks * b.blockSeconds),
      untested: untested(tests, Math.min(a.blocks, b.blocks)),
    };
    return { row, tests };
  });
}

function untested(tests: readonly Test[], blocks: number): string {
  if (blocks < 2) return `the stretch is too short: ${blocks} blocks of ${BLOCK_S} s, two are needed`;
  return tests.length > 1
    ? ''
    : `fewer than ${FEWEST_CALLS} calls in one of the runs: only the rate is tested`;
}

const silence = (blocks: number): Block[] =>
  Array.from({ length: blocks }, () => ({ calls: 0, errors: 0, receipts: 0, durations: [] }));

function figures(blocks: readonly Block[], seconds: number): CallFigures | null {
  const sum = { calls: 0, errors: 0, receipts: 0 };
  for (const { calls, errors, receipts } of blocks) {
    sum.calls += calls;
    sum.errors += errors;
    sum.receipts += receipts;
  }
  if (sum.calls === 0) return null;
  const all = mergeSketches(blocks.map(({ durations }) => durations));
  return {
    ...{ ...sum, rate: sum.calls / seconds, errorRatio: sum.errors / sum.calls },
    ...{ p50Ms: quantile(all, 0.5), p95Ms: quantile(all, 0.95), p99Ms: quantile(all, 0.99) },
  };
}

function marked(test: Test, adjusted: number): Difference {
  const mark = adjusted < 0.001 ? '***' : adjusted < 0.01 ? '**' : adjusted < 0.05 ? '*' : '';
  return { ...test, adjusted, mark };
}

const least = ({ differences }: ComparedRow): number =>
  Math.min(1, ...differences.map(({ adjusted }) => adjusted));
const calls = ({ a, b }: ComparedRow): number => (a?.calls ?? 0) + (b?.calls ?? 0);

function figurePairs(one: Run, other: Run): Comparison['figures'] {
  const left = one.recovery === null ? [] : figuresOf(one.recovery);
  const right = other.recovery === null ? [] : figuresOf(other.recovery);
  const names = new Map([...left, ...right].map((named) => [named.id, named]));
  return [...names.values()].map(({ id, name, figure }) => {
    const a = left.find((named) => named.id === id)?.figure.value ?? null;
    const b = right.find((named) => named.id === id)?.figure.value ?? null;
    return { id, name, unit: figure.unit, a, b, change: a === null || b === null ? null : b - a };
  });
}
