import { type CSSProperties, memo } from 'react';
import { CrystalGlyph } from '../../ui/glyphs/crystal.tsx';
import { ChevronIcon } from '../../ui/icons.tsx';
import type { Segment } from './critical-path.ts';
import type { Row } from './rows.ts';
import { GroupBar, SpanBar } from './span-bar.tsx';
import type { TimeScale } from './time-scale.ts';
import styles from './waterfall.module.css';

const NO_PATH: readonly Segment[] = [];
/** Deeper levels are not indented further, or the name has no room. */
const DEEPEST = 12;

function Side({ row }: { row: Row }) {
  const { node } = row;
  return (
    <span className="row" style={{ marginLeft: 'auto', gap: 5, flex: 'none' }}>
      {row.collapsed && row.group.length === 0 ? <span className="cap ink3">+{node.descendants}</span> : null}
      {node.skewed ? (
        <span className="tick degraded" title="Starts before its caller: the clocks of the two disagree">
          clock
        </span>
      ) : null}
      {node.span.status === 'error' ? (
        <span className="failing strong" role="img" aria-label="failed">
          ×
        </span>
      ) : null}
      {node.injected ? <CrystalGlyph r={5} label={`fault ${node.injected.faultId}`} /> : null}
    </span>
  );
}

interface Props {
  id: string;
  row: Row;
  top: number;
  selected: boolean;
  scale: TimeScale;
  path: readonly Segment[] | undefined;
  select: (spanId: string) => void;
  toggle: (spanId: string) => void;
}

/** One line of the waterfall: who did what, and when. */
export const SpanRow = memo(function SpanRow({ id, row, top, selected, scale, path, select, toggle }: Props) {
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
          <span>{row.group.length > 0 ? `${row.group.length} statements` : node.span.name}</span>
        </span>
        <Side row={row} />
      </div>
      <div className={styles.lane}>
        {row.group.length > 0 ? (
          <GroupBar group={row.group} scale={scale} />
        ) : (
          <SpanBar node={node} scale={scale} path={path ?? NO_PATH} />
        )}
      </div>
    </div>
  );
});
