'use client';
import { useRouter } from 'next/navigation';
import { useCallback, useMemo } from 'react';
import { withRange } from '../../live/time-range.ts';
import { setUrlState, useSearch, useUrlState } from '../../live/url-state.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { clock, durationText, plural, shortId } from '../../ui/format.ts';
import { RangeLink } from '../../ui/range-link.tsx';
import { type Brush, brushText, inBrush } from './brush.ts';
import { LatencyHistogram } from './histogram.tsx';
import { MOST_LISTED, type Older } from './older.ts';
import { LatencyScatter } from './scatter.tsx';
import styles from './search.module.css';
import { picking, searchIn } from './selection.ts';
import type { Listed } from './tail.ts';
import { TraceList } from './trace-list.tsx';

function BrushLine({ brush, count, zoom }: { brush: Brush; count: number; zoom: () => void }) {
  return (
    <div className={styles.line} role="status">
      <span>
        <b className="ink1">{plural(count, 'trace')}</b> selected: {clock(brush.from)} to {clock(brush.to)},{' '}
        {durationText(brush.low)} to {durationText(brush.high)}
      </span>
      <Button size="sm" onClick={zoom}>
        Search in it
      </Button>
      <Button size="sm" variant="quiet" onClick={() => setUrlState({ brush: null })}>
        Let it go
      </Button>
    </div>
  );
}

function PickLine({ picked, clear }: { picked: readonly string[]; clear: () => void }) {
  const [a = '', b] = picked;
  return (
    <div className={styles.line} role="status">
      <span>
        {picked.map((id) => (
          <span key={id} className="mono ink1" style={{ marginRight: 8 }}>
            {shortId(id)}
          </span>
        ))}
        {b === undefined ? 'chosen; choose another to compare it with, or' : 'chosen'}
      </span>
      <RangeLink href={b === undefined ? `/traces/compare?a=${a}` : `/traces/compare?a=${a}&b=${b}`}>
        {b === undefined ? 'look for one like it' : 'Compare the two'}
      </RangeLink>
      <Button size="sm" variant="quiet" onClick={clear}>
        Clear
      </Button>
    </div>
  );
}

function Foot({ older, selected }: { older: Older; selected: boolean }) {
  const { traces, more, loading, error, load } = older;
  if (error) {
    return (
      <ErrorNote
        error={error}
        action={
          <Button size="sm" onClick={load}>
            Try again
          </Button>
        }
      />
    );
  }
  if (more) {
    return (
      <div className={styles.foot}>
        <Button size="sm" onClick={load} disabled={loading}>
          {loading ? 'Loading older ones' : 'Load older ones'}
        </Button>
      </div>
    );
  }
  const full = traces.length >= MOST_LISTED;
  return (
    <p className={`${styles.foot} cap ink3`}>
      {full
        ? `${plural(traces.length, 'trace')} listed: a condition or a shorter range shows the rest`
        : selected
          ? 'all of the selection'
          : 'all of this range'}
    </p>
  );
}

interface Props {
  listed: Listed;
  older: Older;
  brush: Brush | null;
  /** The search as text, the filter of the page included. */
  q: string;
  /** Another number: back to the top. */
  turn: number;
  onAway: (away: boolean) => void;
}

/** Scatter, histogram and list of what was found. */
export function Found({ listed, older, brush, q, turn, onAway }: Props) {
  const router = useRouter();
  const search = useSearch();
  const [pick, setPick] = useUrlState<string>('pick', '');
  const picked = pick === '' ? [] : pick.split(',');
  const { traces } = older;
  const chosen = useMemo(() => (brush ? traces.filter((t) => inBrush(brush, t)) : traces), [traces, brush]);
  const { from, to } = listed;
  const setBrush = (next: Brush | null) => setUrlState({ brush: next ? brushText(next) : null });
  const zoom = () => {
    if (brush) setUrlState(searchIn(brush, q));
  };
  const open = useCallback((id: string) => router.push(withRange(`/traces/${id}`, search)), [router, search]);
  return (
    <>
      <div className={styles.plots}>
        <LatencyScatter {...{ traces, from, to, brush, setBrush, zoom, open }} />
        <LatencyHistogram {...{ traces, from, to, brush, setBrush }} />
      </div>
      {brush ? <BrushLine brush={brush} count={chosen.length} zoom={zoom} /> : null}
      {picked.length > 0 ? <PickLine picked={picked} clear={() => setPick(null)} /> : null}
      <TraceList
        key={turn}
        traces={chosen}
        picked={picked}
        pick={(id) => setPick(picking(picked, id).join(','))}
        onAway={onAway}
        onEnd={() => older.more && older.load()}
        foot={<Foot older={older} selected={brush !== null} />}
      />
    </>
  );
}
