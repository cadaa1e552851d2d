/** One measured figure, printed as one JSON line on stdout. `goal` is words: `<= 5`, or null where there is none. */
export interface MeasuredFigure {
  bench: string;
  figure: string;
  value: number;
  unit: string;
  goal: string | null;
  params: Record<string, string | number>;
}

export function report(figure: MeasuredFigure): void {
  process.stdout.write(`${JSON.stringify({ ...figure, value: Number(figure.value.toPrecision(4)) })}\n`);
}

/** The q-quantile (0..1) of raw samples by nearest rank; throws without samples, since a figure needs one. */
export function percentile(samples: readonly number[], q: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
  if (value === undefined) throw new Error('no samples were measured');
  return value;
}

export function median(samples: readonly number[]): number {
  return percentile(samples, 0.5);
}
