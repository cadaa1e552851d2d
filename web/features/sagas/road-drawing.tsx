import { clock, durationText } from '../../ui/format.ts';
import { SagaStepMark, STEP_WORDS } from '../../ui/glyphs/saga-step.tsx';
import type { SagaView } from './model.ts';
import type { Road, RoadNode, RoadWait } from './road.ts';
import styles from './sagas.module.css';

const FORWARD_Y = 96;
const UNDO_Y = 224;
const TURN_R = 22;
const SMALL = 0.72;

function NodeText({ node }: { node: RoadNode }) {
  if (node.small) return null;
  const quiet = node.glyph === 'never';
  const up = node.line === 'forward';
  const y = up ? -33 : 27;
  const time = node.at === null ? node.detail : clock(node.at, 3);
  const took = node.durationMs === null || node.durationMs < 1 ? '' : `, ${durationText(node.durationMs)}`;
  return (
    <g textAnchor="middle">
      <text y={y} fontSize={12} fontWeight={600} fill={quiet ? 'var(--ink2)' : 'var(--ink1)'}>
        {node.title}
      </text>
      <text y={y + 14} fontSize={10.5} fill="var(--ink3)">
        {time}
        {up ? '' : took}
      </text>
    </g>
  );
}

function ForwardNote({ node }: { node: RoadNode }) {
  if (node.line !== 'forward' || node.id === 'started' || node.glyph === 'never') return null;
  const words = node.glyph === 'ok' ? '' : STEP_WORDS[node.glyph];
  const took = node.durationMs === null ? '' : durationText(node.durationMs);
  const color =
    node.glyph === 'ambiguous'
      ? 'var(--degraded)'
      : node.glyph === 'failed'
        ? 'var(--failing)'
        : node.glyph === 'not-sent'
          ? 'var(--open)'
          : 'var(--ink2)';
  return (
    <text y={25} textAnchor="middle" fontSize={10.5} fill={color}>
      {[took, words].filter((t) => t !== '').join(', ')}
    </text>
  );
}

function Node({ node }: { node: RoadNode }) {
  const y = node.line === 'forward' ? FORWARD_Y : UNDO_Y;
  return (
    <g transform={`translate(${node.x} ${y})`}>
      <title>{`${node.title}: ${STEP_WORDS[node.glyph]}${node.detail ? `, ${node.detail}` : ''}`}</title>
      {node.pivot ? (
        <path d="M13-17v9m0 16v9" stroke="var(--ink2)" strokeWidth={1.6}>
          <title>no way back after this</title>
        </path>
      ) : null}
      <SagaStepMark look={node.glyph} scale={node.small ? SMALL : 1} />
      <NodeText node={node} />
      <ForwardNote node={node} />
    </g>
  );
}

function Wait({ wait }: { wait: RoadWait }) {
  const y = wait.line === 'forward' ? FORWARD_Y : UNDO_Y;
  const x = (wait.x0 + wait.x1) / 2;
  const color = wait.line === 'forward' ? 'var(--ink2)' : 'var(--comp)';
  return (
    <g>
      <rect x={x - 12} y={y - 6} width={24} height={12} fill="var(--bg0)" />
      <path d={`M${x - 9} ${y + 5}l5-10m1 10l5-10m1 10l5-10`} stroke={color} strokeWidth={1.4} />
      <text x={x} y={y - 10} textAnchor="middle" fontSize={10.5} fill="var(--ink2)">
        {durationText(wait.ms)}
      </text>
    </g>
  );
}

function Roads({ road, turning }: { road: Road; turning: boolean }) {
  const start = road.nodes[0]?.x ?? 0;
  const { turnX, undoStart, forwardEnd } = road;
  if (!turning || turnX === null)
    return <path d={`M${start} ${FORWARD_Y}H${forwardEnd}`} stroke="var(--ink2)" strokeWidth={1.6} />;
  const down = `M${forwardEnd} ${FORWARD_Y}H${turnX - TURN_R}a${TURN_R} ${TURN_R} 0 0 1 ${TURN_R} ${TURN_R}V${UNDO_Y - TURN_R}a${TURN_R} ${TURN_R} 0 0 1 ${-TURN_R} ${TURN_R}H${undoStart ?? turnX - TURN_R}`;
  return (
    <g fill="none" strokeWidth={1.8}>
      <path d={`M${start} ${FORWARD_Y}H${forwardEnd}`} stroke="var(--ink2)" strokeWidth={1.6} />
      <path d={down} stroke="var(--comp)" />
    </g>
  );
}

function Turn({ road, view }: { road: Road; view: SagaView }) {
  if (road.turnX === null || view.turnedAt === null) return null;
  const left = road.turnX < road.width - 230;
  const x = left ? road.turnX + 12 : road.turnX - 12;
  return (
    <g textAnchor={left ? 'start' : 'end'}>
      <text x={x} y={156} fontSize={12} fontWeight={600} fill="var(--comp)">
        turns back {clock(view.turnedAt, 3)}
      </text>
      <text x={x} y={172} fontSize={10.5} fill="var(--ink2)">
        {view.turnReason.slice(0, 44)}
      </text>
    </g>
  );
}

function words(view: SagaView): string {
  const steps = view.steps.map((s) => `${s.step} ${s.state}${s.undo ? ', undone' : ''}`);
  return `Saga: ${steps.join('; ')}`;
}

/** Forward above, the way back below: each compensation stands under the step it undoes. */
export function RoadDrawing({ road, view }: { road: Road; view: SagaView }) {
  const turning = view.turnedAt !== null;
  const height = turning ? 276 : 146;
  const neverFrom = road.turnX ?? road.forwardEnd;
  const lastNever = road.nodes.filter((n) => n.glyph === 'never').at(-1);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: on a phone the road scrolls, so the keyboard must reach it
    <section className={styles.roadBox} tabIndex={0} aria-label="Road of the saga">
      <svg
        className={styles.road}
        width={road.width}
        viewBox={`0 0 ${road.width} ${height}`}
        role="img"
        aria-label={words(view)}
        fill="none"
      >
        <text x={16} y={FORWARD_Y + 4} fontSize={10.5} fill="var(--ink3)">
          forward
        </text>
        {turning ? (
          <text x={16} y={UNDO_Y + 4} fontSize={10.5} fill="var(--ink3)">
            undo
          </text>
        ) : null}
        {lastNever ? (
          <path
            d={`M${neverFrom} ${FORWARD_Y}H${lastNever.x}`}
            stroke="var(--line3)"
            strokeDasharray="1.5 5"
            strokeLinecap="round"
          />
        ) : null}
        <Roads road={road} turning={turning} />
        {road.stems.map((s) => (
          <g key={s.x}>
            <path
              d={`M${s.x} ${FORWARD_Y + 32}V${UNDO_Y - 14}`}
              stroke="var(--line3)"
              strokeDasharray="2 4"
            />
            <text x={s.x + 7} y={(FORWARD_Y + UNDO_Y) / 2 + 4} fontSize={10.5} fill="var(--comp)">
              {s.label}
            </text>
          </g>
        ))}
        {road.brackets.map((b) => (
          <g key={b.x0}>
            <path d={`M${b.x0} 46v-6q0-4 4-4H${b.x1 - 4}q4 0 4 4v6`} stroke="var(--ink3)" />
            <text
              x={(b.x0 + b.x1) / 2}
              y={26}
              textAnchor="middle"
              fontSize={12}
              fontWeight={600}
              fill="var(--ink1)"
            >
              {b.label}
            </text>
          </g>
        ))}
        {road.waits.map((w) => (
          <Wait key={`${w.line}${w.x0}`} wait={w} />
        ))}
        {road.nodes.map((n) => (
          <Node key={n.id} node={n} />
        ))}
        <Turn road={road} view={view} />
      </svg>
    </section>
  );
}
