import { percent, rate } from '../../../ui/format.ts';
import { ServiceRing } from '../../../ui/glyphs/service-ring.tsx';
import type { NodeData } from '../map-types.ts';
import { radiusOf } from '../model/cells.ts';
import { ChangeText } from './change-text.tsx';
import { FaultBadge } from './fault-badge.tsx';
import { NodeLabel } from './node-label.tsx';

function Inside({ members, failing }: { members: number; failing: number }) {
  return (
    <>
      {members} inside
      {failing > 0 ? (
        <tspan fill="var(--failing)" fontWeight={600}>
          , {failing} failing
        </tspan>
      ) : null}
    </>
  );
}

/** Several that stand as one: the ring of all of them, in front of another, so that one sees that there are more. */
export function ClusterNode({ data }: { data: NodeData }) {
  const { node, figures, at, comparing, change } = data;
  const r = radiusOf(node);
  const outcome = figures.seen ?? figures.own;
  const shown = figures.own && figures.own.calls > 0 ? figures.own : outcome;
  return (
    <g>
      {[8, 4].map((px) => (
        <circle key={px} cx={px} cy={-px} r={r - 2} fill="var(--bg0)" stroke="var(--line3)" />
      ))}
      <circle r={r + 2} fill="var(--bg0)" />
      <ServiceRing
        r={r}
        stroke={5.5}
        failing={outcome?.errorShare ?? 0}
        degraded={outcome?.slowShare ?? 0}
        quiet={outcome === null || outcome.calls === 0}
        dashed={false}
      />
      <text y={1} textAnchor="middle" fontSize={15} fontWeight={600} fill="var(--ink1)">
        {rate(shown?.rate ?? figures.outRate)}
      </text>
      <text y={13} textAnchor="middle" fontSize={10.5} fill="var(--ink3)">
        {outcome && outcome.errorShare >= 0.001 ? percent(outcome.errorShare) : 'per s'}
      </text>
      <NodeLabel y={r + 16.5} node={node}>
        {comparing ? (
          <ChangeText change={change} />
        ) : (
          <Inside members={node.members ?? 0} failing={figures.failing ?? 0} />
        )}
      </NodeLabel>
      {figures.faults.length > 0 ? (
        <g transform={`translate(0 ${-r - 19})`}>
          <FaultBadge faults={figures.faults} at={at} />
        </g>
      ) : null}
    </g>
  );
}
