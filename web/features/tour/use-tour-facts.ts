'use client';
import type { FaultInterval } from '@stormglass/agents/contract';
import { useMemo } from 'react';
import { cellsBefore, entrances, totalFigures } from '../../live/figures.ts';
import type { HaltState } from '../../live/protocol.ts';
import { useTour } from '../../live/tour.ts';
import { useSettled } from '../../live/use-settled.ts';
import { useConnection, useLiveState, useLiveTimeline, useNow } from '../../live/use-window.ts';
import { type Cost, costOf } from './cost.ts';

/** What the tour breaks. */
export const BROKEN = 'payments';
const RATE_OVER_S = 15;
const SETTLE_MS = 500;

export interface TourFacts {
  /** A snapshot has come. */
  known: boolean;
  connected: boolean;
  /** Somebody can place an order, and BROKEN can be hurt. */
  shop: boolean;
  halt: HaltState | null;
  services: number;
  /** Answers to customers a second. */
  rate: number;
  /** How the order of the tour ended; null while it is under way. */
  outcome: string | null;
  fault: FaultInterval | null;
  cost: Cost | null;
}

/** All that the steps tell, from what the page is fed with anyway. */
export function useTourFacts(): TourFacts {
  const { sagaId, faultId } = useTour();
  const timeline = useSettled(useLiveTimeline(), SETTLE_MS);
  const live = useLiveState();
  const { status } = useConnection();
  const now = useNow();
  return useMemo(() => {
    const agents = (live?.agents ?? []).filter((agent) => agent.connected);
    const cells = cellsBefore(timeline, now, RATE_OVER_S);
    const doors = entrances(timeline.traffic);
    const served = cells.filter((cell) => cell.kind === 'server');
    const fault = timeline.faults.find((each) => each.faultId === faultId) ?? null;
    return {
      known: live !== null,
      connected: status === 'live',
      shop:
        agents.some((agent) => agent.controls.some(({ name }) => name === 'saga.start')) &&
        agents.some((agent) => agent.service === BROKEN && agent.chaosAllowed),
      halt: live?.halt ?? null,
      services: new Set(served.map((cell) => cell.service)).size,
      rate: totalFigures(
        served.filter((cell) => doors.has(cell.service)),
        RATE_OVER_S,
      ).rate,
      outcome: timeline.sagas.find((e) => e.sagaId === sagaId && e.event === 'completed')?.outcome ?? null,
      fault,
      cost: fault ? costOf(timeline, fault, now) : null,
    };
  }, [timeline, live, status, now, sagaId, faultId]);
}
