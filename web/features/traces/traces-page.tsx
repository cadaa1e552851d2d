'use client';
import type { Timeline, TraceSummary } from '@stormglass/agents/contract';
import { useRouter } from 'next/navigation';
import { useMemo, useState } from 'react';
import { withRange } from '../../live/time-range.ts';
import { useSearch, useUrlState } from '../../live/url-state.ts';
import { useWindow } from '../../live/use-window.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { durationText, plural } from '../../ui/format.ts';
import { Page } from '../../ui/page.tsx';
import { QueryState } from '../../ui/query-state.tsx';
import { readBrush } from './brush.ts';
import { listConditions, REQUESTS_ONLY, showsRequestsOnly } from './default-filter.ts';
import { FacetsPanel } from './facets-panel.tsx';
import { Found } from './found.tsx';
import { totals } from './list-model.ts';
import { Nothing } from './nothing.tsx';
import { useOlder } from './older.ts';
import { useTraces } from './queries.ts';
import { parseTraceQuery } from './query.ts';
import { toggleTerm } from './query-text.ts';
import { SavedSearches } from './saved-searches.tsx';
import styles from './search.module.css';
import { SearchBar } from './search-bar.tsx';
import { useTail } from './tail.ts';

/** Real values to complete from: what the window has seen. */
function useKnown(timeline: Timeline) {
  return useMemo(() => {
    const services = new Set<string>();
    const operations = new Set<string>();
    for (const cell of timeline.traffic) {
      services.add(cell.service);
      if (cell.operation !== '') operations.add(cell.operation);
    }
    return {
      services: [...services].sort(),
      operations: [...operations].sort(),
      faults: timeline.faults.map((f) => f.faultId).reverse(),
    };
  }, [timeline]);
}

interface FactsProps {
  traces: readonly TraceSummary[];
  more: boolean;
  follows: string;
}

function Facts({ traces, more, follows }: FactsProps) {
  const { failed, touched, slowestMs } = totals(traces);
  return (
    <>
      <span>
        <b className="ink1">{plural(traces.length, 'trace')}</b>
        {more ? ', the newest of more' : ''}
      </span>
      <span className={failed > 0 ? 'failing' : undefined}>
        <b>{failed}</b> failed
      </span>
      <span className={touched > 0 ? 'fault' : undefined}>
        <b>{touched}</b> touched by a fault
      </span>
      <span>slowest {durationText(traces.length > 0 ? slowestMs : null)}</span>
      <span className="ink3">{follows}</span>
    </>
  );
}

interface TailButtonsProps {
  held: boolean;
  fresh: number;
  pause: () => void;
  follow: () => void;
}

function TailButtons({ held, fresh, pause, follow }: TailButtonsProps) {
  if (!held) {
    return (
      <Button size="sm" onClick={pause}>
        Pause
      </Button>
    );
  }
  return (
    <Button size="sm" variant={fresh > 0 ? 'primary' : 'outline'} onClick={follow}>
      {fresh > 0 ? `Show ${fresh} new` : 'Follow live'}
    </Button>
  );
}

function RequestsOnly({ on, set }: { on: boolean; set: (all: string | null) => void }) {
  return (
    <>
      <Button size="sm" aria-pressed={on} onClick={() => set(on ? '1' : null)}>
        {on ? 'Requests only ×' : 'Requests only'}
      </Button>
      <span className="cap ink3">
        {on ? (
          <>
            <code className="mono">{REQUESTS_ONLY}</code>: polls, relays and health checks are not in the list
          </>
        ) : (
          'everything, polls and health checks too'
        )}
      </span>
    </>
  );
}

/** What the address asks for, and what the store answered: newest, held or with older ones. */
function useList() {
  const window = useWindow();
  const [q, setQ] = useUrlState<string>('q', '');
  const [all, setAll] = useUrlState<string>('all', '');
  const [brushed, setBrushed] = useUrlState<string>('brush', '');
  const brush = useMemo(() => readBrush(brushed), [brushed]);
  const [paused, setPaused] = useState(false);
  const [away, setAway] = useState(false);
  const [turn, setTurn] = useState(0);
  const parsed = useMemo(() => parseTraceQuery(q), [q]);
  const conditions = useMemo(() => listConditions(parsed, q, all !== ''), [parsed, q, all]);
  const query = useTraces(conditions, window);
  const range = window.live ? `live ${window.to - window.from}` : `${window.from} ${window.to}`;
  const search = JSON.stringify([conditions, range]);
  const [askedFor, setAskedFor] = useState<string | null>(null);
  const hold = paused || away || brush !== null;
  const tail = useTail(query, window, search, conditions?.order ?? 'newest', hold);
  const asked = askedFor === search && (tail.held || !window.live);
  const older = useOlder(conditions, tail.listed, asked, () => {
    setPaused(true);
    setAskedFor(search);
  });
  const follow = () => {
    setPaused(false);
    setAway(false);
    setAskedFor(null);
    setBrushed(null);
    setTurn((before) => before + 1);
  };
  return {
    ...{ window, q, setQ, all, setAll, brush, query, older, tail, turn, follow },
    onAway: setAway,
    pause: () => setPaused(true),
  };
}

/** What the store answered, or why it did not. */
function Answer({ view, requestsOnly }: { view: ReturnType<typeof useList>; requestsOnly: boolean }) {
  const { q, query, older } = view;
  const { listed } = view.tail;
  return (
    <>
      {query.data && query.error ? (
        <div className={styles.note}>
          <ErrorNote error={query.error} />
        </div>
      ) : null}
      {listed && listed.traces.length === 0 ? (
        <Nothing filtered={q !== ''} requestsOnly={requestsOnly} showAll={() => view.setAll('1')} />
      ) : null}
      {listed && listed.traces.length > 0 ? (
        <Found
          listed={listed}
          older={older}
          brush={view.brush}
          q={requestsOnly ? REQUESTS_ONLY : q}
          turn={view.turn}
          onAway={view.onAway}
        />
      ) : null}
      {listed ? null : (
        <div className={styles.note}>
          <QueryState query={query} rows={20}>
            {() => null}
          </QueryState>
        </div>
      )}
    </>
  );
}

/** /traces: search, facets, scatter, histogram, list. */
export function TracesPage() {
  const router = useRouter();
  const address = useSearch();
  const view = useList();
  const { window, q, setQ, older, tail } = view;
  const [facets, setFacets] = useUrlState<string>('facets', '');
  const known = useKnown(window.timeline);
  const requestsOnly = showsRequestsOnly(q, view.all !== '');
  const follows = !window.live || tail.held ? 'held still' : 'follows live, every 2 s';
  const setText = (text: string) => setQ(text === '' ? null : text);
  const { listed } = tail;
  return (
    <Page
      title="Traces"
      facts={
        listed ? (
          <Facts traces={older.traces} more={older.more} follows={follows} />
        ) : (
          <span className="ink3">searching</span>
        )
      }
      actions={
        <>
          {window.live && listed ? <TailButtons {...tail} pause={view.pause} follow={view.follow} /> : null}
          <SavedSearches q={q} all={view.all !== ''} />
          <Button
            size="sm"
            aria-pressed={facets !== ''}
            onClick={() => setFacets(facets === '' ? '1' : null)}
          >
            Facets
          </Button>
        </>
      }
      aside={
        facets === '' ? null : (
          <FacetsPanel
            range={window}
            q={q}
            toggle={(term) => setText(toggleTerm(q, term))}
            close={() => setFacets(null)}
          />
        )
      }
      fixed
    >
      <SearchBar
        value={q}
        known={known}
        range={window}
        onChange={setText}
        onTraceId={(id) => router.push(withRange(`/traces/${id}`, address))}
      />
      {q === '' ? (
        <div className={styles.filters}>
          <RequestsOnly on={requestsOnly} set={view.setAll} />
        </div>
      ) : null}
      <Answer view={view} requestsOnly={requestsOnly} />
    </Page>
  );
}
