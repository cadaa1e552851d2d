import type { TraceDetail } from '@stormglass/agents/contract';
import { durationText } from '../../ui/format.ts';
import { RangeLink } from '../../ui/range-link.tsx';
import { msBetween } from './span-words.ts';
import styles from './waterfall.module.css';

interface Stitch {
  traceId: string;
  service: string;
  name: string;
  durationMs: number;
  /** Between the sender's span and the first one on the other side, ms; negative when the other side came first. */
  waitedMs: number;
}

/** How each linked trace hangs on this one: what it does and how long its message waited. */
export function stitches(detail: TraceDetail, linked: readonly TraceDetail[]): Stitch[] {
  const ends = new Map(
    detail.spans.map((s) => [s.spanId, BigInt(s.startNs) + BigInt(Math.round(s.durationNs))]),
  );
  return linked.flatMap((other) => {
    const first = other.spans.find((s) => s.parentSpanId === '') ?? other.spans[0];
    if (!first) return [];
    const sender = first.links.map((l) => ends.get(l.spanId)).find((end) => end !== undefined);
    const since = sender ?? BigInt(detail.startNs);
    return [
      {
        traceId: other.traceId,
        service: first.service,
        name: first.name,
        durationMs: other.durationNs / 1e6,
        waitedMs: msBetween(String(since), other.startNs),
      },
    ];
  });
}

/** Traces on the other side of a queue: linked, not nested, because nobody waits for them. */
export function LinkedTraces({ detail, linked }: { detail: TraceDetail; linked: readonly TraceDetail[] }) {
  const more = detail.linkedTraceIds.length - linked.length;
  if (detail.linkedTraceIds.length === 0) return null;
  return (
    <section className={styles.linked} aria-label="Linked traces">
      <ul>
        {stitches(detail, linked).map((s) => (
          <li key={s.traceId}>
            <svg width="34" height="10" aria-hidden="true">
              <circle cx="4" cy="5" r="3" fill="var(--queue)" />
              <path d="M8 5h17" stroke="var(--queue)" strokeDasharray="3 2" />
              <circle cx="29" cy="5" r="3" fill="none" stroke="var(--queue)" strokeWidth="1.4" />
            </svg>
            <RangeLink href={`/traces/${s.traceId}`}>
              <b>{s.service}</b>&nbsp;{s.name}
            </RangeLink>
            <span className="queue">
              {s.waitedMs >= 0 ? `waited ${durationText(s.waitedMs)}` : 'came before this one'}
            </span>
            <span>{durationText(s.durationMs)}</span>
            <span className="ink3">linked over a queue, not nested</span>
          </li>
        ))}
        {more > 0 ? <li className="ink3">{more} more linked</li> : null}
      </ul>
    </section>
  );
}
