import type { QueueSample } from '@stormglass/agents/contract';
import type { Axis } from './axis.ts';

export interface QueueLine {
  queue: string;
  /** [epoch ms, ready messages] in order of time. */
  points: (readonly [number, number])[];
  peak: number;
}

/** Depth of each queue on the axis, the deepest first. */
export function queueLines(samples: readonly QueueSample[], axis: Axis): QueueLine[] {
  const lines = new Map<string, QueueLine>();
  for (const sample of samples) {
    if (sample.at < axis.from || sample.at > axis.now) continue;
    const line = lines.get(sample.queue) ?? { queue: sample.queue, points: [], peak: 0 };
    const depth = sample.ready + sample.delayed;
    line.points.push([sample.at, depth]);
    line.peak = Math.max(line.peak, depth);
    lines.set(sample.queue, line);
  }
  return [...lines.values()].sort((a, b) => b.peak - a.peak || a.queue.localeCompare(b.queue));
}
