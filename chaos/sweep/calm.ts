import type { Journey } from '@stormglass/agents/contract';
import type { SweepCell, SweepRequest } from '../contract/index.ts';
import type { SweepPorts } from './ports.ts';

/** So long is waited until what an earlier cell broke is well again, judged by so much of the past. */
const LIMIT_MS = 30_000;
const SPAN_MS = 5_000;
const LOOK_MS = 1_000;
/** Fewer journeys say nothing. */
const FEW = 5;
/** A system in which more fails without any fault is not itself, and nothing is learned from hurting it. */
const MOST_USUAL = 0.1;

interface Asked {
  cell: SweepCell;
  request: SweepRequest;
  ports: SweepPorts;
  /** Undisturbed journeys from before the sweep. */
  before: readonly Journey[];
  signal: AbortSignal;
}

/** Null when the journeys are as well as before the sweep; else, after a while, why nothing is to be hurt now. */
export async function untilCalm({ cell, before, request, ports, signal }: Asked): Promise<string | null> {
  const { clock } = ports;
  const kinds = new Set(cell.journeys.map(({ service, operation }) => `${service}|${operation}`));
  const own = (journeys: readonly Journey[]) =>
    journeys.filter(({ service, operation }) => kinds.has(`${service}|${operation}`));
  const bearable = Math.min(MOST_USUAL, failing(own(before))) + request.tolerance;
  const limit = clock.now() + LIMIT_MS;
  for (;;) {
    const now = clock.now();
    const read = await ports
      .journeys({ from: now - SPAN_MS, to: now }, signal)
      .then((journeys) => illWords(own(journeys), bearable), String);
    signal.throwIfAborted();
    if (read === null || now >= limit) return read;
    await clock.sleep(LOOK_MS, signal);
  }
}

function illWords(recent: readonly Journey[], bearable: number): string | null {
  if (recent.length < FEW || failing(recent) <= bearable) return null;
  return `${Math.round(failing(recent) * 100)} % of the journeys failed before anything was hurt`;
}

function failing(journeys: readonly Journey[]): number {
  return journeys.filter(({ error }) => error).length / Math.max(1, journeys.length);
}
