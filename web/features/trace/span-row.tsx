import { type CSSProperties, memo } from 'react';
import { plural } from '../../ui/format.ts';
import { CrystalGlyph } from '../../ui/glyphs/crystal.tsx';
import { ChevronIcon } from '../../ui/icons.tsx';
import type { Segment } from './critical-path.ts';
import { type LogsBySpan, marksOn } from './marks.ts';
import type { Row } from './rows.ts';
import { GroupBar, SpanBar } from './span-bar.tsx';
import type { TimeScale } from './time-scale.ts';
import { crossesTraces, type SpanNode } from './tree.ts';
import styles from './waterfall.module.css';

const NO_PATH: readonly Segment[] = [];
/** Deeper levels are not indented further, or the name has no room. */
const DEEPEST = 12;

/** What is odd about a span, as a word. */
function Badges({ node }: { node: SpanNode }) {
  return (
    <>
      {node.orphan ? (
        <span
          className="tick degraded"
          title="Its parent is not stored: lost, not sampled, or still on its way"
        >
          orphan
        </span>
      ) : null}
      {crossesTraces(node) ? (
        <span className="tick queue" title="Another trace, which handled a message of this one">
          linked
        </span>
      ) : null}
      {node.skewed ? (
        <span className="tick degraded" title="Starts before its caller: the clocks of the two disagree">
          clock
        </span>
      ) : null}
    </>
  );
}

function Side({ row }: { row: Row }) {
  const { node } = row;
  const failed = row.kind === 'span' ? node.span.status === 'error' : endedBadly(row);
  return (
    <span className="row" style={{ marginLeft: 'auto', gap: 5, flex: 'none' }}>
      {row.collapsed && row.kind === 'span' ? <span className="cap ink3">+{node.descendants}</span> : null}
      {row.kind === 'span' ? <Badges node={node} /> : null}
      {failed ? (
        <span className="failing strong" role="img" aria-label="failed">
          ×
        </span>
      ) : null}
      {row.kind === 'span' && node.injected ? (
        <CrystalGlyph r={5} label={`fault ${node.injected.faultId}`} />
      ) : null}
    </span>
  );
}

/** Attempts went as their last one did; a service has failed when any span of it has. */
function endedBadly({ kind, group }: Row): boolean {
  if (kind === 'attempts') return group.at(-1)?.span.status === 'error';
  return group.some((node) => node.span.status === 'error');
}

function rowName({ kind, group, node }: Row): string {
  switch (kind) {
    case 'span':
      return node.span.name;
    case 'statements':
      return `${group.length} statements`;
    case 'attempts':
      return `${group.length} attempts: ${node.span.name}`;
    case 'service':
      return plural(group.length, 'span');
  }
}

interface Props {
  id: string;
  row: Row;
  top: number;
  selected: boolean;
  scale: TimeScale;
  path: readonly Segment[] | undefined;
  logs: LogsBySpan;
  /** The search of the page found it. */
  found: boolean;
  select: (spanId: string) => void;
  toggle: (spanId: string) => void;
}

/** One line of the waterfall: who did what, and when. */
export const SpanRow = memo(function SpanRow(props: Props) {
  const { id, row, top, selected, scale, path, logs, found, select, toggle } = props;
  const { node } = row;
  const rails = Math.min(DEEPEST, row.depth);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree itself handles the keys
    // biome-ignore lint/a11y/useFocusableInteractive: focus stays on the tree, which names this row as active
    <div
      id={id}
      role="treeitem"
      aria-level={row.depth + 1}
      aria-selected={selected}
      aria-expanded={row.expandable ? !row.collapsed : undefined}
      className={styles.row}
      data-found={found ? '' : undefined}
      data-linked={node.linked && row.kind === 'span' ? '' : undefined}
      style={{ top }}
      onClick={() => select(row.key)}
    >
      <div className={styles.name} style={{ paddingLeft: 12 }}>
        <span className={styles.rails} style={{ '--depth': rails } as CSSProperties} />
        {row.expandable ? (
          <button
            type="button"
            tabIndex={-1}
            className={styles.twist}
            aria-label={row.collapsed ? 'Expand' : 'Collapse'}
            onClick={(e) => {
              e.stopPropagation();
              toggle(row.key);
            }}
          >
            <ChevronIcon turned={!row.collapsed} />
          </button>
        ) : (
          <span style={{ width: 14, flex: 'none' }} />
        )}
        <span className={styles.text} title={`${node.span.service} ${node.span.name}`}>
          <b>{node.span.service}</b>
          <span>{rowName(row)}</span>
        </span>
        <Side row={row} />
      </div>
      <div className={styles.lane}>
        {row.kind === 'span' ? (
          <SpanBar
            node={node}
            scale={scale}
            path={path ?? NO_PATH}
            marks={marksOn(node, logs.get(node.span.spanId))}
          />
        ) : (
          <GroupBar row={row} scale={scale} />
        )}
      </div>
    </div>
  );
});
