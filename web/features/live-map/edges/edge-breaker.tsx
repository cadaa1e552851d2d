import { countdown, rate } from '../../../ui/format.ts';
import { BreakerMark } from '../../../ui/glyphs/breaker.tsx';
import { CountdownRing } from '../../../ui/glyphs/countdown-ring.tsx';
import { HALO } from '../../../ui/glyphs/halo.ts';
import { ProbeDots } from '../../../ui/glyphs/probe-dots.tsx';
import { TurnedAwayMark } from '../../../ui/glyphs/turned-away.tsx';
import { angleAt, type Curve, pathOf, pointAt } from '../model/geometry.ts';
import type { EdgeState } from '../model/graph.ts';
import { probeWords } from '../model/probes.ts';

/** How far from the caller's ring a breaker stands, px: an open one has its countdown round it. */
export const OPEN_PX = 40;
export const CLOSED_PX = 8;

/** Where on the curve a point `px` from its start lies. */
export function along(curve: Curve, px: number): number {
  return Math.min(0.5, px / Math.max(1, curve.length));
}

/** An open one: its countdown, and what it turns away. */
export function OpenBreaker({ curve, state, at }: { curve: Curve; state: EdgeState; at: number }) {
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

/** Below a half-open blade: its probes as far as they are known, and in words. */
function HalfOpen({ state: { probes } }: { state: EdgeState }) {
  const dots = probes?.dots ?? [];
  const wide = dots.length * 8;
  return (
    <g transform="translate(6 15)">
      {dots.length > 0 ? (
        <g transform={`translate(${wide / 2 - 4} 0)`}>
          <ProbeDots probes={dots} />
        </g>
      ) : null}
      <text x={wide} y={4} fontSize={11} fill="var(--half)" {...HALO}>
        {probeWords(probes)}
      </text>
    </g>
  );
}

/** A closed or probing breaker: 12 px after the caller's ring, turned along the edge. */
export function SmallBreaker({ curve, state }: { curve: Curve; state: EdgeState }) {
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
      {half ? <HalfOpen state={state} /> : null}
    </g>
  );
}
