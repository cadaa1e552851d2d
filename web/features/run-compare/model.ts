import type { ComparedRow, Comparison, Difference } from '@stormglass/chaos/contract';
import { count, durationText, percent, rateText } from '../../ui/format.ts';

export const FIGURES = ['rate', 'errors', 'duration', 'slow'] as const satisfies Difference['figure'][];

/** One figure of a row as it stands in the table. */
export interface Cell {
  text: string;
  /** `worse` and `better` only where it is more than chance. */
  tone: 'better' | 'worse' | 'differs' | 'same';
  mark: Difference['mark'];
  /** The change with its interval. */
  about: string;
}

const VALUE: Readonly<Record<Difference['figure'], (value: number) => string>> = {
  rate: rateText,
  errors: percent,
  duration: durationText,
  slow: percent,
};

const signed = (value: number, text: string) => `${value > 0 ? '+' : value < 0 ? '−' : ''}${text}`;

function changeText(figure: Difference['figure'], change: number): string {
  if (figure === 'duration') return `× ${change.toFixed(2)}`;
  return signed(change, VALUE[figure](Math.abs(change)));
}

function toneOf({ figure, change, mark }: Difference): Cell['tone'] {
  if (mark === '') return 'same';
  if (figure === 'rate') return 'differs';
  const more = figure === 'duration' ? change > 1 : change > 0;
  return more ? 'worse' : 'better';
}

/** Null where the figure could not be tested. */
export function cellOf(row: ComparedRow, figure: Difference['figure']): Cell | null {
  const found = row.differences.find((each) => each.figure === figure);
  if (found === undefined) return null;
  const [low, high] = found.interval;
  return {
    text: `${VALUE[figure](found.a)} → ${VALUE[figure](found.b)}`,
    tone: toneOf(found),
    mark: found.mark,
    about: `${changeText(figure, found.change)}, at 95 % from ${changeText(figure, low)} to ${changeText(figure, high)}; p ${found.adjusted < 0.001 ? '< 0.001' : found.adjusted.toFixed(3)} after the correction`,
  };
}

/** What is called, and by whom. */
export function nameOf(row: ComparedRow): string {
  return row.operation === '' ? `${row.service} → ${row.peer}` : `${row.service} ${row.operation}`;
}

export const keyOf = ({ kind, service, peer, operation }: ComparedRow) =>
  [kind, service, peer, operation].join(' ');

export const differs = (row: ComparedRow) => row.differences.some(({ mark }) => mark !== '');

type Value = Comparison['figures'][number];

/** A figure of recovery in its unit; unknown stays unknown. */
export function valueText({ unit }: Pick<Value, 'unit'>, value: number | null): string {
  if (value === null) return 'unknown';
  if (unit === 'ms') return durationText(value);
  if (unit === 'share') return percent(value);
  if (unit === 'ratio') return `${value.toFixed(2)} ×`;
  return `${count(value)} ${unit}`;
}

export function figureChange(figure: Value): string {
  if (figure.change === null) return '–';
  if (figure.change === 0) return 'the same';
  return signed(figure.change, valueText(figure, Math.abs(figure.change)));
}

/** In one sentence: how much differs by more than chance. */
export function summaryOf({ rows, tests }: Comparison): string {
  const many = rows.filter(differs).length;
  if (tests === 0) return 'Too few calls in this part of both runs to test anything.';
  if (many === 0) return `Nothing differs by more than chance, in ${count(tests)} tests.`;
  return `${count(many)} of ${count(rows.length)} edges and operations differ by more than chance, in ${count(tests)} tests.`;
}
