import type { SpanView } from '@stormglass/agents/contract';
import { type Nested, nest } from './nest.ts';

/** A line of the comparison: a span of both traces, or of one of them. */
export interface Line {
  key: string;
  depth: number;
  /** Of the baseline, and of the other. */
  a: Nested | null;
  b: Nested | null;
  /** Line of its caller; -1 at the top. */
  parent: number;
  /** How much longer it took in the other trace, its children left out; a missing one took nothing. */
  selfDeltaNs: number;
}

type Pair = Pick<Line, 'a' | 'b'>;

/** What makes two spans the same work: who did it, as what, and its name. */
const signature = ({ span }: Nested) => `${span.service}\n${span.kind}\n${span.name}`;

/**
 * Pairs the calls of one caller: the first of a kind with the first of that kind, and so on, so that calls which ran at the
 * same time are not told apart by which came first. What only the other trace has stands behind the call it came after.
 */
function pairs(left: readonly Nested[], right: readonly Nested[]): Pair[] {
  const waiting = new Map<string, Nested[]>();
  for (const b of [...right].reverse()) {
    const same = waiting.get(signature(b));
    if (same) same.push(b);
    else waiting.set(signature(b), [b]);
  }
  const paired = left.map((a): Pair => ({ a, b: waiting.get(signature(a))?.pop() ?? null }));
  const pairOf = new Map(paired.map((pair) => [pair.b, pair]));
  const ahead: Pair[] = [];
  const behind = new Map(paired.map((pair): [Pair, Pair[]] => [pair, []]));
  let here = ahead;
  for (const b of right) {
    const pair = pairOf.get(b);
    if (pair) here = behind.get(pair) ?? here;
    else here.push({ a: null, b });
  }
  return [...ahead, ...paired.flatMap((pair) => [pair, ...(behind.get(pair) ?? [])])];
}

function lineOf({ a, b }: Pair, depth: number, parent: number): Line {
  const key = `${a?.span.spanId ?? ''} ${b?.span.spanId ?? ''}`;
  return { key, depth, a, b, parent, selfDeltaNs: (b?.selfNs ?? 0) - (a?.selfNs ?? 0) };
}

/** Both trees as one, callers before what they called. Spans that call each other in a loop are left out. */
export function align(a: readonly SpanView[], b: readonly SpanView[]): Line[] {
  const lines: Line[] = [];
  const next = (pair: Pair, depth: number, parent: number) => ({ pair, depth, parent });
  const stack = pairs(nest(a), nest(b))
    .map((pair) => next(pair, 0, -1))
    .reverse();
  for (let item = stack.pop(); item; item = stack.pop()) {
    const { pair, depth, parent } = item;
    const at = lines.push(lineOf(pair, depth, parent)) - 1;
    const below = pairs(pair.a?.children ?? [], pair.b?.children ?? []);
    for (const each of below.reverse()) stack.push(next(each, depth + 1, at));
  }
  return lines;
}

/** A difference in time below this share of the longer trace, or below a millisecond, is noise. */
const NOISE_SHARE = 0.02;
const NOISE_NS = 1e6;

export function noiseOf(longestNs: number): number {
  return Math.max(NOISE_NS, longestNs * NOISE_SHARE);
}

/** Another structure, another outcome, or another time of its own. */
export function differs({ a, b, selfDeltaNs }: Line, noiseNs: number): boolean {
  if (!a || !b) return true;
  return (a.span.status === 'error') !== (b.span.status === 'error') || Math.abs(selfDeltaNs) >= noiseNs;
}

/** The lines that differ, with the callers above them. */
export function differences(lines: readonly Line[], noiseNs: number): Line[] {
  const kept = new Set<number>();
  lines.forEach((line, i) => {
    if (!differs(line, noiseNs)) return;
    for (let at = i; at >= 0 && !kept.has(at); at = lines[at]?.parent ?? -1) kept.add(at);
  });
  return lines.filter((_, i) => kept.has(i));
}

/** The lines which make most of the difference in time, the largest first. */
export function weightiest(lines: readonly Line[], noiseNs: number, most: number): Line[] {
  return lines
    .filter(({ selfDeltaNs }) => Math.abs(selfDeltaNs) >= noiseNs)
    .sort((x, y) => Math.abs(y.selfDeltaNs) - Math.abs(x.selfDeltaNs))
    .slice(0, most);
}

export interface Structure {
  both: number;
  onlyA: number;
  onlyB: number;
}

export function structure(lines: readonly Line[]): Structure {
  const both = lines.filter(({ a, b }) => a && b).length;
  const onlyA = lines.filter(({ b }) => !b).length;
  return { both, onlyA, onlyB: lines.length - both - onlyA };
}
