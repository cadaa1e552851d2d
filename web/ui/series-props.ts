import type { ReactNode } from 'react';
import type { StateHue } from './state.ts';

export interface Series {
  label: string;
  /**
   * `line` is the value that matters; `thin` the rest; `bars` touch zero; `outline` bars are hollow; `area` is filled;
   * `ahead` is dashed: what is predicted.
   */
  kind: 'line' | 'thin' | 'bars' | 'outline' | 'area' | 'ahead';
  hue?: StateHue;
  /** One value per x; null where there is no data (a hatch, not a zero). */
  values: readonly (number | null)[];
}

export interface SeriesChartProps {
  title: ReactNode;
  /** The current value in words. */
  value?: ReactNode;
  /** Plain name for the table and for screen readers. */
  label: string;
  unit: string;
  /** Epoch ms, ascending, one per value. */
  xs: readonly number[];
  series: readonly Series[];
  from: number;
  to: number;
  /** The instant the page shows, epoch ms: a line of ink. */
  at?: number;
  height?: number;
  /** Logarithmic (durations). */
  log?: boolean;
  /** Fixed top of the axis. */
  max?: number;
  limit?: { value: number; text: string; hue: StateHue };
  /** Fault time as [from, to], epoch ms. */
  faults?: readonly (readonly [number, number])[];
  /** How a tick is written, with its unit. */
  format?: (value: number) => string;
  /** How an exact value is written, where that is not the way of ticks. */
  exact?: (value: number) => string;
  legend?: boolean;
  axisSide?: 'left' | 'right';
}
