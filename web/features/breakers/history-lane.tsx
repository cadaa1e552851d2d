'use client';
import { type KeyboardEvent, type PointerEvent, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { setCursor, useCursor } from '../../ui/cursor.ts';
import { clock, durationText } from '../../ui/format.ts';
import { breakerHue, breakerWord, hueColor } from '../../ui/state.ts';
import { useWidth } from '../../ui/use-width.ts';
import styles from './breakers.module.css';
import { stretchAt, stretchByKey, stretchCause, stretchWords } from './history.ts';
import { type BreakerCell, title } from './model.ts';
import { Stretches } from './stretches.tsx';

export function openings(n: number): string {
  return n === 0 ? 'did not open' : n === 1 ? 'opened once' : `opened ${n} times`;
}

interface Props {
  cell: BreakerCell;
  from: number;
  to: number;
}

function HistoryTable({ cell }: { cell: BreakerCell }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the table scrolls, so the keyboard must reach it
    <section className={styles.historyTable} tabIndex={0} aria-label={`History of ${title(cell)} as a table`}>
      <table>
        <thead>
          <tr>
            {['From', 'State', 'For', 'Why'].map((name) => (
              <th key={name} className="ink3">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {cell.history.toReversed().map((span) => (
            <tr key={span.from}>
              <td className="mono">{clock(span.from, 1)}</td>
              <td style={{ color: hueColor(breakerHue(span.state)) }}>{breakerWord(span.state)}</td>
              <td>{durationText(span.to - span.from)}</td>
              <td className="ink2">{stretchCause(cell, span)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** The state under the page's cursor, or else what the whole range says. */
function Reading({ cell }: { cell: BreakerCell }) {
  const cursor = useCursor();
  const span = cursor === null ? null : stretchAt(cell.history, cursor);
  if (cursor === null || span === null) return <span>{openings(cell.openings)} in the range</span>;
  return (
    <span className="clip">
      <span className="ink3">{clock(cursor)}</span> {stretchWords(span)}. {stretchCause(cell, span)}
    </span>
  );
}

function Lane({ cell, from, to }: Props) {
  const [ref, width] = useWidth<HTMLDivElement>(400);
  const cursor = useCursor();
  const span = cursor === null ? null : stretchAt(cell.history, cursor);
  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    const { left } = event.currentTarget.getBoundingClientRect();
    setCursor(from + ((event.clientX - left) / Math.max(1, width)) * (to - from));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const next = stretchByKey(cell.history, cursor, event.key);
    if (next !== null) setCursor(next);
    else if (event.key === 'Escape' && !event.shiftKey) setCursor(null);
    else return;
    event.preventDefault();
  };
  return (
    <div
      ref={ref}
      className={styles.lane}
      role="slider"
      tabIndex={0}
      aria-label={`History of ${title(cell)}: arrows go from state to state`}
      aria-valuemin={Math.round(from)}
      aria-valuemax={Math.round(to)}
      aria-valuenow={Math.round(cursor ?? to)}
      aria-valuetext={span ? `${clock(span.from)}: ${stretchWords(span)}` : openings(cell.openings)}
      onPointerMove={onPointerMove}
      onPointerLeave={() => setCursor(null)}
      onKeyDown={onKeyDown}
      onBlur={() => setCursor(null)}
    >
      <Stretches
        history={cell.history}
        from={from}
        to={to}
        width={width}
        label={`History: ${openings(cell.openings)}`}
      />
    </div>
  );
}

/** Every state of the range on one line, with the page's cursor, by keyboard, and as a table. */
export function HistoryLane({ cell, from, to }: Props) {
  const [table, setTable] = useState(false);
  return (
    <div className={styles.history}>
      <div className={styles.historyHead}>
        <h3>State over {durationText(Math.round((to - from) / 1000) * 1000)}</h3>
        <span className="row" style={{ gap: 6, minWidth: 0 }}>
          <Reading cell={cell} />
          <Button
            variant="quiet"
            size="sm"
            aria-pressed={table}
            aria-label={`History of ${title(cell)}: ${table ? 'show as a line' : 'show as table'}`}
            onClick={() => setTable(!table)}
            style={{ margin: '-4px 0', padding: '0 4px', color: 'var(--ink3)' }}
          >
            {table ? 'Line' : 'Table'}
          </Button>
        </span>
      </div>
      {table ? <HistoryTable cell={cell} /> : <Lane cell={cell} from={from} to={to} />}
    </div>
  );
}
