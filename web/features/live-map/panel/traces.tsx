import type { TraceSearch, TraceSummary } from '@stormglass/agents/contract';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { SLOW_MS } from '../../../live/figures.ts';
import { keys } from '../../../live/keys.ts';
import { request } from '../../../live/request.ts';
import type { PageWindow } from '../../../live/use-window.ts';
import { ErrorNote } from '../../../ui/error-note.tsx';
import { clock, durationText, shortId } from '../../../ui/format.ts';
import { CrystalGlyph } from '../../../ui/glyphs/crystal.tsx';
import { Section } from '../../../ui/panel.tsx';
import { RangeLink } from '../../../ui/range-link.tsx';
import { Skeleton } from '../../../ui/skeleton.tsx';
import styles from '../map.module.css';

const SHOWN = 3;
const LOOK_BACK_MS = 300_000;

function search(service: string, page: PageWindow): TraceSearch {
  // Rounded, so that the query is asked anew every ten seconds and not with each frame.
  const to = Math.ceil(page.at / 10_000) * 10_000;
  return {
    from: Math.min(page.from, to - LOOK_BACK_MS),
    to,
    service,
    status: 'any',
    attributes: [],
    order: 'slowest',
    limit: 50,
  };
}

/** Failing ones first, then the slowest. */
export function worstFirst(traces: readonly TraceSummary[]): TraceSummary[] {
  const bad = (t: TraceSummary) => (t.errorCount > 0 ? 1 : 0);
  return [...traces].sort((a, b) => bad(b) - bad(a) || b.durationMs - a.durationMs);
}

function Row({ trace }: { trace: TraceSummary }) {
  const failed = trace.errorCount > 0;
  const slow = trace.durationMs > SLOW_MS;
  return (
    <tr>
      <td className="mono ink3">{clock(trace.startMs, 3)}</td>
      <td className="mono">
        <RangeLink href={`/traces/${trace.traceId}`}>{shortId(trace.traceId)}</RangeLink>
      </td>
      <td className="ink2">
        {trace.faultIds.length > 0 ? <CrystalGlyph r={4} label="touched by a fault" /> : null}{' '}
        {failed ? `${trace.errorCount} failed` : trace.rootName}
      </td>
      <td className={`strong ${failed ? 'failing' : slow ? 'degraded' : ''}`}>
        {durationText(trace.durationMs)}
      </td>
    </tr>
  );
}

/** The traces to look at first, each one click away. */
export function Traces({ service, page }: { service: string; page: PageWindow }) {
  const input = search(service, page);
  const { data, error, isPending } = useQuery({
    queryKey: keys.traces(input),
    queryFn: ({ signal }) => request('traces', { input: { q: JSON.stringify(input) }, signal }),
    placeholderData: keepPreviousData,
  });
  const rows = worstFirst(data?.traces ?? []).slice(0, SHOWN);
  const more = (data?.traces.length ?? 0) - rows.length;
  return (
    <Section
      title="Failing and slow traces"
      aside={
        <RangeLink href={`/traces?q=${encodeURIComponent(`service=${service}`)}`}>
          {more > 0 ? `${more}${data?.truncated ? '+' : ''} more` : 'All traces'}
        </RangeLink>
      }
    >
      {error ? <ErrorNote error={error} /> : null}
      {isPending && !error ? <Skeleton height={SHOWN * 24} /> : null}
      {data && rows.length === 0 ? <p className="cap ink3">No trace of {service} in this range.</p> : null}
      <table className={styles.traces}>
        <tbody>
          {rows.map((trace) => (
            <Row key={trace.traceId} trace={trace} />
          ))}
        </tbody>
      </table>
    </Section>
  );
}
