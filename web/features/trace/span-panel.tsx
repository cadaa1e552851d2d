'use client';
import type { TraceDetail } from '@stormglass/agents/contract';
import { Button } from '../../ui/button.tsx';
import { clock, durationText, plural, shortId } from '../../ui/format.ts';
import { CrystalGlyph } from '../../ui/glyphs/crystal.tsx';
import { Panel, Section } from '../../ui/panel.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import styles from './panel.module.css';
import {
  attributeRows,
  callerWords,
  epochMs,
  likeThis,
  logsOf,
  receiptWords,
  valueText,
} from './span-words.ts';
import type { SpanNode } from './tree.ts';

const offset = (ns: number) => `+${durationText(ns / 1e6)}`;

function Receipt({ node }: { node: SpanNode }) {
  const words = receiptWords(node);
  if (!words) return null;
  return (
    <div className={styles.receipt}>
      <CrystalGlyph r={12} />
      <div>
        <b className="fault">{words.title}</b>
        <p className="cap ink2">{words.text}</p>
      </div>
    </div>
  );
}

function Attributes({ rows }: { rows: [string, string][] }) {
  return (
    <table className={styles.attributes}>
      <tbody>
        {rows.map(([key, value]) => (
          <tr key={key} data-chaos={key.startsWith('chaos.') ? '' : undefined}>
            <th scope="row">{key}</th>
            <td title={value}>{value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Events({ node }: { node: SpanNode }) {
  return (
    <Section title="Events" aside={String(node.span.events.length)}>
      <ul className={styles.lines}>
        {node.span.events.map((e, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: events have no id and never move
          <li key={i}>
            <span className="ink3">{offset(e.offsetNs)}</span>{' '}
            <span
              className={e.name.startsWith('chaos.') ? 'fault' : e.name === 'exception' ? 'failing' : 'ink1'}
            >
              {e.name}
            </span>{' '}
            {Object.entries(e.attributes)
              .filter(([key]) => key !== 'exception.stacktrace')
              .map(([, value]) => valueText(value))
              .join(', ')}
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Logs({ detail, node }: { detail: TraceDetail; node: SpanNode }) {
  const logs = logsOf(detail, node.span.spanId);
  if (logs.length === 0) return null;
  const start = epochMs(detail.startNs);
  return (
    <Section title="Logs" aside={`${logs.length} with this span id`}>
      <ul className={styles.lines}>
        {logs.map((log, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: logs have no id and never move
          <li key={i}>
            <span className="ink3">{clock(start + log.offsetNs / 1e6, 3)}</span>{' '}
            <span
              className={
                /error|fatal/i.test(log.severity) ? 'failing' : /warn/i.test(log.severity) ? 'degraded' : ''
              }
            >
              {log.severity.toLowerCase()}
            </span>{' '}
            {log.body || log.eventName}
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Links({ node }: { node: SpanNode }) {
  const { links } = node.span;
  if (links.length === 0) return null;
  return (
    <Section title="Linked" aside="over a queue, not nested">
      {links.map((l) => (
        <div key={l.spanId}>
          <RangeLink href={`/traces/${l.traceId}?span=${l.spanId}`}>
            <span className="mono queue">{l.traceId}</span>
          </RangeLink>
        </div>
      ))}
    </Section>
  );
}

function Ways({ node }: { node: SpanNode }) {
  const saga = node.span.attributes['saga.id'];
  return (
    <div className={styles.ways}>
      {typeof saga === 'string' ? <RangeLink href={`/sagas/${saga}`}>Saga {shortId(saga)}</RangeLink> : null}
      {node.injected?.runId ? (
        <RangeLink href={`/chaos/runs/${node.injected.runId}`}>Run {shortId(node.injected.runId)}</RangeLink>
      ) : null}
      <RangeLink href={`/traces?q=${encodeURIComponent(likeThis(node.span))}`}>Spans like this</RangeLink>
    </div>
  );
}

function Caller({ node }: { node: SpanNode }) {
  const words = callerWords(node);
  const message = node.span.statusMessage;
  if (!words && message === '') return null;
  return (
    <p className={styles.note}>
      {words ? <b className="ink1">{words} </b> : null}
      {message === '' ? null : <span className="failing">{message}</span>}
    </p>
  );
}

interface Props {
  detail: TraceDetail;
  node: SpanNode;
  step: (by: 1 | -1) => void;
}

/** Everything that is known of one span. */
export function SpanPanel({ detail, node, step }: Props) {
  const { span } = node;
  const rows = attributeRows(span.attributes);
  const resource = attributeRows(span.resource);
  const title = (
    <>
      {span.service}{' '}
      <span className="ink2" style={{ fontWeight: 400, fontSize: 12 }}>
        {span.name}
      </span>
    </>
  );
  const keys = (
    <>
      <Button size="sm" onClick={() => step(1)} aria-label="Next span, J">
        J
      </Button>
      <Button size="sm" onClick={() => step(-1)} aria-label="Previous span, K">
        K
      </Button>
    </>
  );
  const subtitle = `${span.kind}, ${offset(node.start)} to ${offset(node.end)}, ${durationText((node.end - node.start) / 1e6)}`;
  return (
    <Panel label={`Span ${span.name}`} title={title} subtitle={subtitle} actions={keys}>
      <Receipt node={node} />
      <Caller node={node} />
      <Section title="Attributes" aside={plural(rows.length, 'attribute')}>
        <Attributes rows={rows} />
      </Section>
      {span.events.length > 0 ? <Events node={node} /> : null}
      <Logs detail={detail} node={node} />
      <Links node={node} />
      <details className={styles.resource}>
        <summary>
          Resource <span className="ink3">{span.instance || span.service}</span>
        </summary>
        <Attributes rows={resource} />
      </details>
      <Ways node={node} />
    </Panel>
  );
}
