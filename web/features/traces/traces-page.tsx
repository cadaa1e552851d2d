'use client';
import type { Timeline, TraceSummary } from '@stormglass/agents/contract';
import { useRouter } from 'next/navigation';
import { useMemo } from 'react';
import { withRange } from '../../live/time-range.ts';
import { useSearch, useUrlState } from '../../live/url-state.ts';
import { type PageWindow, useWindow } from '../../live/use-window.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { durationText, plural } from '../../ui/format.ts';
import { Page } from '../../ui/page.tsx';
import { QueryState } from '../../ui/query-state.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import { listConditions, REQUESTS_ONLY, showsRequestsOnly } from './default-filter.ts';
import { totals } from './list-model.ts';
import { useTraces } from './queries.ts';
import { parseTraceQuery } from './query.ts';
import { LatencyScatter } from './scatter.tsx';
import styles from './search.module.css';
import { SearchBar } from './search-bar.tsx';
import { TraceList } from './trace-list.tsx';

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

function Facts({
  traces,
  truncated,
  live,
}: {
  traces: readonly TraceSummary[];
  truncated: boolean;
  live: boolean;
}) {
  const { failed, touched, slowestMs } = totals(traces);
  return (
    <>
      <span>
        <b className="ink1">{plural(traces.length, 'trace')}</b>
        {truncated ? ', the newest of more' : ''}
      </span>
      <span className={failed > 0 ? 'failing' : undefined}>
        <b>{failed}</b> failed
      </span>
      <span className={touched > 0 ? 'fault' : undefined}>
        <b>{touched}</b> touched by a fault
      </span>
      <span>slowest {durationText(traces.length > 0 ? slowestMs : null)}</span>
      <span className="ink3">{live ? 'follows live, every 2 s' : 'held still'}</span>
    </>
  );
}

interface NothingProps {
  filtered: boolean;
  requestsOnly: boolean;
  showAll: () => void;
}

function Nothing({ filtered, requestsOnly, showAll }: NothingProps) {
  if (requestsOnly) {
    return (
      <Empty
        title="No trace of a request in this range"
        action={<Button onClick={showAll}>Show all traces</Button>}
      >
        No service has answered a request. What else went on, like polls and relays, is hidden by the filter
        above.
      </Empty>
    );
  }
  if (filtered) {
    return (
      <Empty title="No trace fits">
        Take a condition out, or widen the time range at the top. Keys are attribute names as the service sent
        them, like http.route=/charges.
      </Empty>
    );
  }
  return (
    <Empty
      title="No traces in this range"
      command="npm start"
      action={<RangeLink href="/attach">Attach your own service</RangeLink>}
    >
      Each request of an instrumented service is one trace. Start the sample shop, or send OpenTelemetry from
      your own service.
    </Empty>
  );
}

function Found({
  window,
  data,
  q,
  requestsOnly,
  showAll,
}: {
  window: PageWindow;
  data: { traces: TraceSummary[]; truncated: boolean };
  q: string;
  requestsOnly: boolean;
  showAll: () => void;
}) {
  const router = useRouter();
  const search = useSearch();
  const open = (id: string) => router.push(withRange(`/traces/${id}`, search));
  if (data.traces.length === 0) {
    return <Nothing filtered={q !== ''} requestsOnly={requestsOnly} showAll={showAll} />;
  }
  return (
    <>
      <LatencyScatter traces={data.traces} from={window.from} to={window.to} open={open} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the list scrolls, so the keyboard must reach it */}
      <div className={`${styles.listBox} scroll`} tabIndex={0}>
        <TraceList traces={data.traces} slowest={totals(data.traces).slowestMs} />
      </div>
    </>
  );
}

/** /traces: search, scatter, list. */
export function TracesPage() {
  const window = useWindow();
  const router = useRouter();
  const search = useSearch();
  const [q, setQ] = useUrlState<string>('q', '');
  const known = useKnown(window.timeline);
  const parsed = useMemo(() => parseTraceQuery(q), [q]);
  const [all, setAll] = useUrlState<string>('all', '');
  const requestsOnly = showsRequestsOnly(q, all !== '');
  const query = useTraces(listConditions(parsed, q, all !== ''), window);
  const showAll = () => setAll('1');
  const facts = query.data ? (
    <Facts {...query.data} live={window.live} />
  ) : (
    <span className="ink3">searching</span>
  );
  return (
    <Page title="Traces" facts={facts} fixed>
      <SearchBar
        value={q}
        known={known}
        onChange={(text) => setQ(text === '' ? null : text)}
        onTraceId={(id) => router.push(withRange(`/traces/${id}`, search))}
      />
      {q === '' ? (
        <div className={styles.filters}>
          <Button size="sm" aria-pressed={requestsOnly} onClick={() => setAll(requestsOnly ? '1' : null)}>
            {requestsOnly ? 'Requests only ×' : 'Requests only'}
          </Button>
          <span className="cap ink3">
            {requestsOnly ? (
              <>
                <code className="mono">{REQUESTS_ONLY}</code>: polls, relays and health checks are not in the
                list
              </>
            ) : (
              'everything, polls and health checks too'
            )}
          </span>
        </div>
      ) : null}
      {query.data && query.error ? (
        <div style={{ padding: '0 16px 8px' }}>
          <ErrorNote error={query.error} />
        </div>
      ) : null}
      {query.data ? (
        <Found window={window} data={query.data} q={q} requestsOnly={requestsOnly} showAll={showAll} />
      ) : (
        <div style={{ padding: '0 16px' }}>
          <QueryState query={query} rows={20}>
            {() => null}
          </QueryState>
        </div>
      )}
    </Page>
  );
}
