import { SLOW_MS } from '../../../live/figures.ts';
import { duration, rate } from '../../../ui/format.ts';
import { DatabaseMark } from '../../../ui/glyphs/database.tsx';
import { ServiceRing } from '../../../ui/glyphs/service-ring.tsx';
import type { NodeData } from '../map-types.ts';
import { radiusOf } from '../model/cells.ts';
import { ChangeText } from './change-text.tsx';
import { FaultBadge } from './fault-badge.tsx';
import { NodeLabel } from './node-label.tsx';

function P95({ ms }: { ms: number | null }) {
  if (ms === null) return <>no calls</>;
  const { value, unit } = duration(ms);
  const over = ms > SLOW_MS;
  return (
    <>
      p95{' '}
      <tspan fill={over ? 'var(--failing)' : undefined} fontWeight={over ? 600 : 400}>
        {value} {unit}
      </tspan>
    </>
  );
}

/** A service: its ring as its callers saw it, its own rate inside, its p95 below. */
export function ServiceNode({ data }: { data: NodeData }) {
  const { node, figures, at, comparing, change } = data;
  const r = radiusOf(node);
  const outcome = figures.seen ?? figures.own;
  const dashed = node.kind === 'client';
  const shown = figures.own && figures.own.calls > 0 ? figures.own : outcome;
  const quiet = !dashed && (outcome === null || outcome.calls === 0);
  const corner = r * Math.SQRT1_2;
  return (
    <g>
      <circle r={r + 3} fill="var(--bg0)" />
      <ServiceRing
        r={r}
        stroke={node.hub ? 5.5 : 3.8}
        failing={outcome?.errorShare ?? 0}
        degraded={outcome?.slowShare ?? 0}
        quiet={quiet}
        dashed={dashed}
      />
      <text
        y={node.hub ? 1 : 4}
        textAnchor="middle"
        fontSize={node.hub ? 15 : 12}
        fontWeight={600}
        fill="var(--ink1)"
      >
        {rate(dashed ? figures.outRate : (shown?.rate ?? 0))}
      </text>
      {node.hub ? (
        <text y={13} textAnchor="middle" fontSize={10.5} fill="var(--ink3)">
          per s
        </text>
      ) : null}
      <NodeLabel y={r + 16.5} node={node}>
        {dashed ? 'calls only' : comparing ? <ChangeText change={change} /> : <P95 ms={shown?.p95 ?? null} />}
      </NodeLabel>
      {node.database ? (
        <g transform={`translate(${-corner - 3} ${corner})`}>
          <DatabaseMark down={figures.databaseDown} />
        </g>
      ) : null}
      {figures.faults.length > 0 ? (
        <g transform={`translate(0 ${-r - 19})`}>
          <FaultBadge faults={figures.faults} at={at} />
        </g>
      ) : null}
    </g>
  );
}
