import type { EdgeProps } from '@xyflow/react';
import { memo } from 'react';
import { SLOW_MS } from '../../live/figures.ts';
import { countdown, duration, rate } from '../../ui/format.ts';
import { BreakerMark } from '../../ui/glyphs/breaker.tsx';
import { CountdownRing } from '../../ui/glyphs/countdown-ring.tsx';
import { HALO } from '../../ui/glyphs/halo.ts';
import { ProbeDots } from '../../ui/glyphs/probe-dots.tsx';
import { TurnedAwayMark } from '../../ui/glyphs/turned-away.tsx';
import { breakerHue } from '../../ui/state.ts';
import type { EdgeData, FlowEdge } from './map-types.ts';
import { angleAt, type Curve, pathOf, pointAt } from './model/geometry.ts';
import type { EdgeState } from './model/graph.ts';
import type { LabelPlace } from './model/routes.ts';
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

/** How far from the caller's ring a breaker stands, px: an open one has its countdown round it. */
const OPEN_PX = 40;
const CLOSED_PX = 8;

/** Where on the curve a point `px` from its start lies. */
function along(curve: Curve, px: number): number {
  return Math.min(0.5, px / Math.max(1, curve.length));
}

function OpenBreaker({ curve, state, at }: { curve: Curve; state: EdgeState; at: number }) {
  const { breaker } = state;
  if (!breaker) return null;
  const middle = pointAt(curve, along(curve, OPEN_PX));
  const wait = (breaker.transition?.resetTimeoutMs ?? 0) || 1;
  const left = breaker.nextTryAt === null ? 0 : breaker.nextTryAt - at;
  const turned = state.turnedAwayRate > 0;
  return (
    <g>
      <path
        d={pathOf({ ...curve, a: pointAt(curve, along(curve, 56)) })}
        stroke="var(--line2)"
        strokeWidth={13}
        fill="none"
        opacity={0.55}
      />
      <circle cx={middle.x} cy={middle.y} r={18} fill="var(--bg0)" />
      <g transform={`translate(${middle.x} ${middle.y})`}>
        <CountdownRing r={15.5} left={left / wait} hue="open" />
        <g transform="translate(0 .5)">
          <BreakerMark state={breaker.state} />
        </g>
        <text x={-8} y={-23} fontSize={11} fontWeight={600} fill="var(--open)" {...HALO}>
          {breaker.state === 'forced_open' ? 'forced open' : left > 0 ? `open, ${countdown(left)}` : 'open'}
        </text>
        {turned ? (
          <text x={-4} y={31} fontSize={11} fill="var(--ink3)" {...HALO}>
            <tspan fontWeight={600} fill="var(--open)">
              {rate(state.turnedAwayRate)}/s
            </tspan>{' '}
            turned away
          </text>
        ) : null}
      </g>
      {turned
        ? [5, 14].map((px) => {
            const p = pointAt(curve, along(curve, px));
            return (
              <g key={px} transform={`translate(${p.x} ${p.y})`}>
                <TurnedAwayMark />
              </g>
            );
          })
        : null}
    </g>
  );
}

/** A closed or probing breaker: 12 px after the caller's ring, turned along the edge. */
function SmallBreaker({ curve, state }: { curve: Curve; state: EdgeState }) {
  const { breaker } = state;
  if (!breaker) return null;
  const t = along(curve, CLOSED_PX);
  const p = pointAt(curve, t);
  const quiet = (state.figures?.calls ?? 0) === 0;
  const half = breaker.state === 'half_open';
  return (
    <g transform={`translate(${p.x} ${p.y})`}>
      <circle r={9} fill="var(--bg0)" />
      <g transform={`rotate(${angleAt(curve, t)}) translate(0 -1.4) scale(.9)`}>
        <BreakerMark state={breaker.state} quiet={quiet} />
      </g>
      {half ? (
        <g transform="translate(6 15)">
          <ProbeDots probes={['in-flight']} />
          <text x={8} y={4} fontSize={11} fill="var(--half)" {...HALO}>
            half-open
          </text>
        </g>
      ) : null}
    </g>
  );
}

function labelWords(state: EdgeState, open: boolean): { value: string; words: string; slow: boolean } | null {
  const { figures, formerRate } = state;
  if (!figures || figures.calls === 0) {
    // Never used in the last minutes: the dashes say enough.
    if (!open && formerRate <= 0.05) return null;
    return { value: '0/s', words: open ? 'sent' : `was ${rate(formerRate)}`, slow: false };
  }
  const p95 = duration(figures.p95);
  const isMessage = figures.kind === 'producer' || figures.kind === 'consumer';
  return {
    value: `${rate(figures.rate)}/s`,
    words: isMessage ? '' : `${p95.value} ${p95.unit}`,
    slow: !isMessage && (figures.p95 ?? 0) > SLOW_MS,
  };
}

interface LabelProps {
  curve: Curve;
  state: EdgeState;
  open: boolean;
  place: LabelPlace | null;
}

function Label({ curve, state, open, place }: LabelProps) {
  const label = labelWords(state, open);
  if (!label) return null;
  const { value, words, slow } = label;
  const { x, y, anchor } = place ?? { ...pointAt(curve, 0.5), anchor: 'middle' };
  return (
    <text x={x} y={y} textAnchor={anchor} fontSize={11} fill="var(--ink3)" {...HALO}>
      <tspan fontWeight={600} fill="var(--ink1)">
        {value}
      </tspan>{' '}
      <tspan fill={slow ? 'var(--failing)' : undefined} fontWeight={slow ? 600 : 400}>
        {words}
      </tspan>
    </text>
  );
}

/** So large a share of failed calls brings a receding edge forward. */
const TROUBLE_SHARE = 0.05;

function isTroubled({ figures, breaker, faults }: EdgeState): boolean {
  const open = breaker !== null && breaker.state !== 'closed' && breaker.state !== 'disabled';
  return open || faults.length > 0 || (figures?.errorShare ?? 0) > TROUBLE_SHARE;
}

function EdgePicture({ data }: { data: EdgeData }) {
  const { curve, label, state, at, live, chosen, edge } = data;
  const message = edge.kind !== 'client';
  const recedes = edge.recedes && !chosen && !isTroubled(state);
  const quiet = (state.figures?.calls ?? 0) === 0;
  const open = state.breaker?.state === 'open' || state.breaker?.state === 'forced_open';
  const d = pathOf(curve);
  const half = pointAt(curve, 0.5);
  const guard = pointAt(curve, along(curve, open ? OPEN_PX : CLOSED_PX));
  return (
    <g opacity={recedes ? 0.35 : message && !chosen ? 0.7 : 1}>
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
      {label || chosen ? <Label curve={curve} state={state} open={open} place={label} /> : null}
      {state.faults[0] ? (
        <g transform={`translate(${half.x} ${half.y - 30})`}>
          <FaultBadge fault={state.faults[0]} at={at} />
        </g>
      ) : null}
    </g>
  );
}

/** One connection: its line, the breaker at the caller's end, rate and p95, and what was done to it on purpose. */
export const MapEdgeView = memo(function MapEdgeView({ data }: EdgeProps<FlowEdge>) {
  return data ? <EdgePicture data={data} /> : null;
});
