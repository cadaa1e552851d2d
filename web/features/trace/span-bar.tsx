import { durationText } from '../../ui/format.ts';
import type { Segment } from './critical-path.ts';
import type { Mark } from './marks.ts';
import type { Row } from './rows.ts';
import { busyStretches, gaveUp } from './scale-model.ts';
import type { TimeScale } from './time-scale.ts';
import type { SpanNode } from './tree.ts';
import styles from './waterfall.module.css';

const pc = (x: number) => `${(x * 100).toFixed(3)}%`;

function Injected({ node, scale }: { node: SpanNode; scale: TimeScale }) {
  const { injected } = node;
  if (!injected) return null;
  const x0 = scale.at(injected.from);
  const x1 = scale.at(injected.to);
  const wide = x1 - x0 > 0.36;
  const style = wide
    ? { left: pc((x0 + x1) / 2), transform: 'translateX(-50%)' }
    : { left: `calc(${pc(Math.max(x1, scale.at(node.end)))} + 5px)` };
  const right = !wide && x1 > 0.6 ? { right: `calc(${pc(1 - x0)} + 5px)` } : null;
  return (
    <>
      <span className={styles.injected} style={{ left: pc(x0), width: pc(x1 - x0) }} />
      <span className={styles.injectedText} style={right ?? style}>
        injected {durationText(injected.injectedNs / 1e6)}
        <b>without the fault: {durationText(injected.withoutNs / 1e6)}</b>
      </span>
    </>
  );
}

function DurationText({ node, scale }: { node: SpanNode; scale: TimeScale }) {
  const x0 = scale.at(node.start);
  const x1 = scale.at(node.end);
  const failed = gaveUp(node);
  const inside = x1 - x0 > 0.4 || x1 > 0.9;
  const style =
    x1 - x0 > 0.4
      ? { left: pc((x0 + x1) / 2), transform: 'translateX(-50%)' }
      : inside
        ? { right: `calc(${pc(1 - x0)} + 5px)` }
        : { left: `calc(${pc(x1)} + 5px)` };
  return (
    <span className={styles.duration} style={style} data-tone={failed ? 'failing' : undefined}>
      {durationText((node.end - node.start) / 1e6)}
      {failed ? ', gave up' : ''}
    </span>
  );
}

interface Props {
  node: SpanNode;
  scale: TimeScale;
  path: readonly Segment[];
  marks: readonly Mark[];
}

function Marks({ marks, scale }: { marks: readonly Mark[]; scale: TimeScale }) {
  return marks
    .filter((mark) => mark.at >= scale.from && mark.at <= scale.to)
    .map((mark, i) => (
      <span
        // biome-ignore lint/suspicious/noArrayIndexKey: marks have no id and never move
        key={i}
        className={styles.mark}
        data-kind={mark.kind}
        data-tone={mark.tone}
        title={mark.words}
        style={{ left: pc(scale.at(mark.at)) }}
      />
    ));
}

/** One span in the time lane: its kind by shape, what a fault put in hatched, its part of the critical path below. */
export function SpanBar({ node, scale, path, marks }: Props) {
  const x0 = scale.at(node.start);
  const x1 = scale.at(node.end);
  if (node.end < scale.from || node.start > scale.to) return null;
  return (
    <>
      <span
        className={styles.bar}
        data-shape={node.shape}
        data-error={node.span.status === 'error' ? '' : undefined}
        style={{ left: pc(x0), width: pc(x1 - x0) }}
      />
      <Injected node={node} scale={scale} />
      {gaveUp(node) ? <span className={styles.post} style={{ left: pc(x1) }} /> : null}
      {path.map((s) => (
        <span
          key={s.from}
          className={styles.path}
          style={{ left: pc(scale.at(s.from)), width: pc(scale.at(s.to) - scale.at(s.from)) }}
        />
      ))}
      <Marks marks={marks} scale={scale} />
      {node.injected ? null : <DurationText node={node} scale={scale} />}
    </>
  );
}

/** Several spans on one line: a tick where each statement began, else where one of them worked. */
export function GroupBar({ row, scale }: { row: Row; scale: TimeScale }) {
  const { group, kind } = row;
  const stretches = busyStretches(group, scale);
  const took = group.reduce((sum, node) => sum + node.end - node.start, 0);
  const begin = stretches[0]?.x0 ?? 0;
  const end = stretches.reduce((latest, s) => Math.max(latest, s.x1), 0);
  const style = end > 0.85 ? { right: `calc(${pc(1 - begin)} + 5px)` } : { left: `calc(${pc(end)} + 6px)` };
  return (
    <>
      {stretches.map((s) => (
        <span
          key={s.x0}
          className={kind === 'statements' ? styles.tick : styles.busy}
          style={{ left: pc(s.x0), width: kind === 'statements' ? undefined : pc(s.x1 - s.x0) }}
        />
      ))}
      {stretches.length === 0 || (begin < 0.1 && end > 0.85) ? null : (
        <span className={styles.duration} style={style}>
          {durationText(took / 1e6)} in all
        </span>
      )}
    </>
  );
}
