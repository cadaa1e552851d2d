'use client';
import { useMemo } from 'react';
import { useSettled } from '../../live/use-settled.ts';
import { useInstant, useNow, useWindow } from '../../live/use-window.ts';
import { clock } from '../../ui/format.ts';
import { list } from '../../ui/list.ts';
import { ListTable } from '../../ui/list-table.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import { bucketSeconds, makeAxis } from './model/axis.ts';
import { stripRows } from './model/strip-rows.ts';
import styles from './strip.module.css';

const REDRAW_MS = 1_000;

function useRows() {
  const page = useSettled(useWindow(), REDRAW_MS);
  const clock = useNow();
  const { timeline, from, to, live, step, loading } = page;
  const now = live ? to : Math.min(clock, to);
  return useMemo(() => {
    const axis = makeAxis({ from, to, now, live: false, left: 0, width: 1_000 });
    return { loading, ...stripRows(timeline, axis, bucketSeconds(axis, 6, step)) };
  }, [timeline, from, to, now, step, loading]);
}

/** What the lanes show, and what they have no room for, row by row; a time rewinds the page to it. */
export function StripTable() {
  const { rows, left, loading } = useRows();
  const { at, rewind } = useInstant();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the table scrolls, so the keyboard must reach it
    <section className={styles.table} tabIndex={0} aria-label="Incident strip as a table">
      <ListTable
        label="What happened in the range"
        columns={['Time', 'Lane', { head: 'What', look: 'wide' }]}
      >
        {rows.map((row) => (
          <tr key={`${row.lane}${row.id}`} aria-selected={row.at === at}>
            <td>
              <button
                type="button"
                className={`${list.link} mono`}
                aria-label={`Rewind to ${clock(row.at)}`}
                onClick={() => rewind(row.at)}
              >
                {clock(row.at)}
              </button>
            </td>
            <td className="ink2">{row.lane}</td>
            <td className={list.wide}>
              <RangeLink href={row.href}>{row.words}</RangeLink>
            </td>
          </tr>
        ))}
      </ListTable>
      {rows.length === 0 ? (
        <p className="cap ink2">{loading ? 'Loading the range.' : 'Nothing happened in this range.'}</p>
      ) : null}
      {left > 0 ? <p className="cap ink2">{left} older ones are left out: choose a shorter range.</p> : null}
    </section>
  );
}
