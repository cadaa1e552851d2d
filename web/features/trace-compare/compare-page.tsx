'use client';
import type { TraceDetail } from '@stormglass/agents/contract';
import { useMemo } from 'react';
import { setUrlState, useUrlState } from '../../live/url-state.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { clock, durationText, plural, shortId } from '../../ui/format.ts';
import { Page } from '../../ui/page.tsx';
import { QueryState } from '../../ui/query-state.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import { SegmentedControl } from '../../ui/segmented-control.tsx';
import { align, differences, type Line, noiseOf, structure, weightiest } from './align.ts';
import styles from './compare.module.css';
import { Lines } from './lines.tsx';
import { PickOther } from './pick-other.tsx';
import { useCompared } from './queries.ts';
import { deltaText, failedIn, rootOf } from './words.ts';

const MOST_WEIGHTY = 3;
const VIEWS = [
  { value: 'all', label: 'All spans' },
  { value: 'differences', label: 'Differences' },
] as const;
type View = (typeof VIEWS)[number]['value'];

function Card({ name, trace }: { name: 'A' | 'B'; trace: TraceDetail }) {
  const root = rootOf(trace);
  const failed = failedIn(trace);
  return (
    <section className={styles.card} aria-label={`Trace ${name}`} data-which={name.toLowerCase()}>
      <b className={styles.letter}>{name}</b>
      <div className="stack" style={{ minWidth: 0 }}>
        <RangeLink href={`/traces/${trace.traceId}`}>
          <b>{root?.service ?? 'unknown service'}</b>&nbsp;{root?.name ?? 'no span'}&nbsp;
          <span className="mono ink3">{shortId(trace.traceId)}</span>
        </RangeLink>
        <span className="cap ink2">
          {clock(Number(BigInt(trace.startNs) / 1_000_000n), 3)} ·{' '}
          <b className="ink1">{durationText(trace.durationNs / 1e6)}</b> · {plural(trace.spanCount, 'span')}
          {failed > 0 ? <span className="failing"> · × {failed} failed</span> : null}
          {trace.truncated ? (
            <span className="degraded"> · the first {trace.spans.length} are compared</span>
          ) : null}
        </span>
      </div>
    </section>
  );
}

function Weighty({ lines }: { lines: readonly Line[] }) {
  if (lines.length === 0) return <span>no span took notably longer or shorter</span>;
  return (
    <>
      {lines.map(({ key, a, b, selfDeltaNs }) => (
        <span key={key}>
          <b className="ink1">{deltaText(selfDeltaNs)}</b> in {(a ?? b)?.span.service} {(a ?? b)?.span.name}
        </span>
      ))}
    </>
  );
}

function Comparison({ a, b }: { a: TraceDetail; b: TraceDetail }) {
  const [view, setView] = useUrlState<View>('show', 'all');
  const longest = Math.max(1, a.durationNs, b.durationNs);
  const noise = noiseOf(longest);
  const lines = useMemo(() => align(a.spans, b.spans), [a, b]);
  const shown = useMemo(() => (view === 'all' ? lines : differences(lines, noise)), [lines, view, noise]);
  const { both, onlyA, onlyB } = structure(lines);
  return (
    <>
      <div className={styles.cards}>
        <Card name="A" trace={a} />
        <Card name="B" trace={b} />
      </div>
      <div className={styles.tools}>
        <SegmentedControl label="Show" size="sm" options={VIEWS} value={view} onChange={setView} />
        <span>
          {both} in both, <b className="ink1">{onlyA}</b> only in A, <b className="ink1">{onlyB}</b> only in B
        </span>
        <Weighty lines={weightiest(lines, noise, MOST_WEIGHTY)} />
      </div>
      {shown.length === 0 ? (
        <Empty title="No difference">
          The same spans with the same outcomes; none took {durationText(noise / 1e6)} longer or shorter by
          itself.
        </Empty>
      ) : (
        <Lines key={view} lines={shown} scale={{ longest, noise }} />
      )}
    </>
  );
}

function Chosen({ a, b }: { a: string; b: string }) {
  const left = useCompared(a);
  const right = useCompared(b);
  return (
    <QueryState query={left} rows={16}>
      {(trace) =>
        b === '' ? (
          <>
            <div className={styles.cards}>
              <Card name="A" trace={trace} />
            </div>
            <PickOther trace={trace} />
          </>
        ) : (
          <QueryState query={right} rows={16}>
            {(other) => <Comparison a={trace} b={other} />}
          </QueryState>
        )
      }
    </QueryState>
  );
}

/** /traces/compare?a&b: what differs between two traces, in structure and in time. */
export function ComparePage() {
  const [a] = useUrlState<string>('a', '');
  const [b] = useUrlState<string>('b', '');
  const actions = (
    <>
      {a !== '' && b !== '' ? (
        <>
          <Button size="sm" onClick={() => setUrlState({ a: b, b: a })}>
            Swap A and B
          </Button>
          <Button size="sm" onClick={() => setUrlState({ b: null })}>
            Another B
          </Button>
        </>
      ) : null}
      <RangeLink href="/traces">All traces</RangeLink>
    </>
  );
  return (
    <Page
      title="Compare traces"
      facts={a === b && a !== '' ? <span className="degraded">A and B are the same trace</span> : null}
      actions={actions}
      fixed
    >
      <div className={styles.page}>
        {a === '' ? (
          <Empty
            title="No trace is chosen"
            action={<RangeLink href="/traces">To the list of traces</RangeLink>}
          >
            Choose two in the list of traces, or add ?a= and an id to this address.
          </Empty>
        ) : (
          <Chosen a={a} b={b} />
        )}
      </div>
    </Page>
  );
}
