import type { TraceDetail } from '@stormglass/agents/contract';
import { clock, durationText, plural } from '../../ui/format.ts';
import { Tag } from '../../ui/tag.tsx';
import { answerOf, epochMs } from './span-words.ts';
import type { SpanNode, SpanTree } from './tree.ts';

export function TraceTitle({ root, traceId }: { root: SpanNode | null; traceId: string }) {
  const answer = root ? answerOf(root.span) : null;
  return (
    <span className="row" style={{ flexWrap: 'wrap', gap: '2px 9px' }}>
      {root ? root.span.name : 'Trace'}
      {answer ? <Tag hue={answer.failed ? 'failing' : 'ok'}>{answer.text}</Tag> : null}
      <span className="mono ink3" style={{ fontWeight: 400, letterSpacing: 0, overflowWrap: 'anywhere' }}>
        {traceId}
      </span>
    </span>
  );
}

interface FactsProps {
  detail: TraceDetail;
  tree: SpanTree;
  root: SpanNode | null;
  injectedNs: number;
}

export function TraceFacts({ detail, tree, root, injectedNs }: FactsProps) {
  const nodes = [...tree.byId.values()];
  const services = new Set(nodes.map((n) => n.span.service)).size;
  const errors = nodes.filter((n) => n.span.status === 'error').length;
  const receipts = nodes.filter((n) => n.injected).length;
  const took = root ? root.end - root.start : tree.total;
  return (
    <>
      <span>{clock(epochMs(detail.startNs), 3)}</span>
      <span>
        <b className="ink1">{durationText(took / 1e6)}</b> to the caller
      </span>
      <span>
        <b className="ink1">{detail.spanCount}</b> spans, <b className="ink1">{services}</b> services
      </span>
      {detail.truncated ? <span className="degraded">the first {detail.spans.length} are shown</span> : null}
      {detail.evictedSpans > 0 ? (
        <span
          className="degraded"
          title="Retention removed them; what is kept longer than the rest is still here"
        >
          {plural(detail.evictedSpans, 'older span')} evicted
        </span>
      ) : null}
      {errors > 0 ? (
        <span className="failing">{errors === 1 ? '1 failed span' : `${errors} failed spans`}</span>
      ) : null}
      {receipts > 0 ? (
        <span className="fault">{receipts === 1 ? '1 fault receipt' : `${receipts} fault receipts`}</span>
      ) : null}
      {injectedNs > 0 ? (
        <span>
          without the fault about <b className="ink1">{durationText(Math.max(0, took - injectedNs) / 1e6)}</b>
        </span>
      ) : null}
    </>
  );
}

const KINDS = [
  ['server', { height: 12, background: 'color-mix(in srgb, var(--ink3) 38%, transparent)' }],
  ['client', { height: 10, border: '1.2px solid var(--ink3)' }],
  ['inside', { height: 5, background: 'color-mix(in srgb, var(--ink3) 38%, transparent)' }],
  ['message', { height: 12, background: 'color-mix(in srgb, var(--queue) 50%, transparent)' }],
  ['critical path', { height: 2.6, background: 'var(--ink1)' }],
] as const;

export function Legend({ className }: { className: string | undefined }) {
  return (
    <div className={className}>
      {KINDS.map(([name, style]) => (
        <span key={name}>
          <i style={style} />
          {name}
        </span>
      ))}
    </div>
  );
}
