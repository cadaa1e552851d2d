import { durationText } from '../../ui/format.ts';
import type { Segment } from './critical-path.ts';
import { gaveUp } from './scale-model.ts';
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
}

/** One span in the time lane: its kind by shape, what a fault put in hatched, its part of the critical path below. */
export function SpanBar({ node, scale, path }: Props) {
  const x0 = scale.at(node.start);
  const x1 = scale.at(node.end);
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
      {node.injected ? null : <DurationText node={node} scale={scale} />}
    </>
  );
}

/** Several statements on one line: a tick where each began. */
export function GroupBar({ group, scale }: { group: readonly SpanNode[]; scale: TimeScale }) {
  const last = group[group.length - 1];
  const took = group.reduce((sum, node) => sum + node.end - node.start, 0);
  const end = last ? scale.at(last.end) : 0;
  const style =
    end > 0.85
      ? { right: `calc(${pc(1 - scale.at(group[0]?.start ?? 0))} + 5px)` }
      : { left: `calc(${pc(end)} + 6px)` };
  return (
    <>
      {group.map((node) => (
        <span key={node.span.spanId} className={styles.tick} style={{ left: pc(scale.at(node.start)) }} />
      ))}
      <span className={styles.duration} style={style}>
        {durationText(took / 1e6)} in all
      </span>
    </>
  );
}
