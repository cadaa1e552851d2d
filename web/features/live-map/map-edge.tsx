import type { EdgeProps } from '@xyflow/react';
import { memo } from 'react';
import { breakerHue } from '../../ui/state.ts';
import { along, CLOSED_PX, OPEN_PX, OpenBreaker, SmallBreaker } from './edges/edge-breaker.tsx';
import { EdgeLabel, isOpen } from './edges/edge-label.tsx';
import type { EdgeData, FlowEdge } from './map-types.ts';
import { angleAt, type Curve, pathOf, pointAt } from './model/geometry.ts';
import type { EdgeState } from './model/graph.ts';
import { FaultBadge } from './nodes/fault-badge.tsx';
import { StateFlash } from './nodes/state-flash.tsx';

function Arrow({ curve }: { curve: Curve }) {
  return (
    <path
      d="M-6-3.2 0 0-6 3.2"
      transform={`translate(${curve.b.x} ${curve.b.y}) rotate(${angleAt(curve, 1)})`}
      fill="none"
      stroke="var(--line3)"
      strokeWidth={1.3}
      strokeLinecap="round"
      strokeLinejoin="round"
    />
  );
}

/** So large a share of failed calls brings a receding edge forward. */
const TROUBLE_SHARE = 0.05;

function isTroubled({ figures, breaker, faults }: EdgeState): boolean {
  const open = breaker !== null && breaker.state !== 'closed' && breaker.state !== 'disabled';
  return open || faults.length > 0 || (figures?.errorShare ?? 0) > TROUBLE_SHARE;
}

/** What is not on the path stays visible, and no more. */
const DIM = 0.12;

function EdgePicture({ data }: { data: EdgeData }) {
  const { curve, label, state, at, live, chosen, edge, dim, lit } = data;
  const message = edge.kind !== 'client';
  const recedes = edge.recedes && !chosen && !lit && !isTroubled(state);
  const quiet = (state.figures?.calls ?? 0) === 0;
  const open = isOpen(data);
  const d = pathOf(curve);
  const half = pointAt(curve, 0.5);
  const guard = pointAt(curve, along(curve, open ? OPEN_PX : CLOSED_PX));
  return (
    <g opacity={dim ? DIM : recedes ? 0.35 : message && !chosen ? 0.7 : 1}>
      <path
        d={d}
        fill="none"
        stroke="transparent"
        strokeWidth={22}
        className="react-flow__edge-interaction"
      />
      {chosen ? <path d={d} fill="none" stroke="var(--line2)" strokeWidth={13} opacity={0.7} /> : null}
      <path
        d={d}
        fill="none"
        stroke="var(--line3)"
        strokeWidth={quiet ? 1 : 1.3}
        strokeDasharray={quiet ? '2 5' : undefined}
      />
      <Arrow curve={curve} />
      {open ? (
        <OpenBreaker curve={curve} state={state} at={at} />
      ) : recedes ? null : (
        <SmallBreaker curve={curve} state={state} />
      )}
      {state.breaker && !recedes ? (
        <g transform={`translate(${guard.x} ${guard.y})`}>
          <StateFlash
            state={live ? state.breaker.state : null}
            hue={breakerHue(state.breaker.state)}
            r={open ? 21 : 13}
          />
        </g>
      ) : null}
      {label && !chosen ? <EdgeLabel data={data} /> : null}
      {state.faults.length > 0 ? (
        <g transform={`translate(${half.x} ${half.y - 30})`}>
          <FaultBadge faults={state.faults} at={at} />
        </g>
      ) : null}
    </g>
  );
}

/**
 * One connection: its line, the breaker at the caller's end, rate, p95 and failures, and what was done to it on purpose.
 * The words of a chosen one lie over everything, see chosen-label.tsx.
 */
export const MapEdgeView = memo(function MapEdgeView({ data }: EdgeProps<FlowEdge>) {
  return data ? <EdgePicture data={data} /> : null;
});
