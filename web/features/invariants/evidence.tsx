'use client';
import type { Evidence } from '@stormglass/agents/contract';
import { useState } from 'react';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { clock, plural } from '../../ui/format.ts';
import { list } from '../../ui/list.ts';
import { QueryState } from '../../ui/query-state.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import styles from './invariants.module.css';
import type { Tile } from './model.ts';
import { useAcknowledge, useEvidence } from './queries.ts';

/** Fewer letters say nothing; the auditor refuses them, too. */
const LEAST_REASON = 3;
const SHOWN = 20;

interface Fact {
  key: string;
  orderId: string | null;
  sagaId: string | null;
  expected: string;
  found: string;
  since?: number;
  traceId?: string;
  reason?: string;
}

function FactRow({ fact }: { fact: Fact }) {
  return (
    <li>
      <span className="row" style={{ flexWrap: 'wrap', gap: '0 10px' }}>
        {fact.since === undefined ? null : <span className="ink3">{clock(fact.since)}</span>}
        {fact.orderId === null ? <b>all of it</b> : <b className="mono">{fact.orderId}</b>}
        {fact.sagaId === null ? null : <RangeLink href={`/sagas/${fact.sagaId}`}>Saga</RangeLink>}
        {fact.traceId ? <RangeLink href={`/traces/${fact.traceId}`}>Trace</RangeLink> : null}
      </span>
      <span>
        <span className="ink3">expected</span> {fact.expected}
      </span>
      <span>
        <span className="ink3">found</span> <b>{fact.found}</b>
      </span>
      {fact.reason === undefined ? null : <span className="ink2">known: {fact.reason}</span>}
    </li>
  );
}

interface FactsProps {
  title: string;
  /** Of `total`, the first ones. */
  facts: readonly Fact[];
  total: number;
  open: boolean;
}

function Facts({ title, facts, total, open }: FactsProps) {
  if (facts.length === 0) return null;
  return (
    <details open={open}>
      <summary>
        {title}: {total}
        {total > SHOWN ? `, the first ${SHOWN}` : ''}
      </summary>
      <ul className={styles.facts}>
        {facts.slice(0, SHOWN).map((fact) => (
          <FactRow key={fact.key} fact={fact} />
        ))}
      </ul>
    </details>
  );
}

function AcknowledgeForm({ id, count }: { id: string; count: number }) {
  const [reason, setReason] = useState('');
  const acknowledge = useAcknowledge(id);
  const given = reason.trim();
  return (
    <div className={styles.acknowledge}>
      <label className={list.label}>
        Reason to leave {count === 1 ? 'it' : 'them'} as {count === 1 ? 'it is' : 'they are'}
        <input
          className={list.field}
          data-size="sm"
          value={reason}
          maxLength={300}
          autoComplete="off"
          onChange={(e) => setReason(e.target.value)}
        />
      </label>
      <ConfirmButton
        size="sm"
        ask="Press again: taken as known"
        disabled={acknowledge.isPending || given.length < LEAST_REASON}
        onConfirm={() => acknowledge.mutate(given)}
      >
        Acknowledge {plural(count, 'fact')}
      </ConfirmButton>
      {acknowledge.error ? <ErrorNote error={acknowledge.error} /> : null}
    </div>
  );
}

function Body({ evidence }: { evidence: Evidence }) {
  const figures = Object.entries(evidence.figures);
  const facts = evidence.evidence.length + evidence.known.length + evidence.waiting.length;
  return (
    <>
      {evidence.unread === null ? null : <p className="cap degraded">Not read: {evidence.unread}</p>}
      {figures.length > 0 ? (
        <p className="cap ink2">{figures.map(([name, n]) => `${name} ${n}`).join(', ')}</p>
      ) : null}
      {facts === 0 ? <p className="cap ink2">No fact speaks against it.</p> : null}
      <Facts title="Against it" facts={evidence.evidence} total={evidence.violations} open />
      {evidence.evidence.length > 0 ? <AcknowledgeForm id={evidence.id} count={evidence.violations} /> : null}
      <Facts title="Known" facts={evidence.known} total={evidence.acknowledged} open={false} />
      <Facts title="Still on the way" facts={evidence.waiting} total={evidence.pending} open={false} />
    </>
  );
}

/** The facts behind one invariant now, with their sagas and traces; what is violated can be taken as known. */
export function EvidenceCard({ tile }: { tile: Tile }) {
  const query = useEvidence(tile.id);
  return (
    <section className={styles.card} data-status={tile.status} aria-label={`Evidence of ${tile.id}`}>
      <h3>
        {tile.id}
        {query.data ? <span className="ink3"> since {clock(query.data.since)}</span> : null}
      </h3>
      <p className="cap ink2">{tile.title}</p>
      <QueryState query={query} rows={3}>
        {(evidence) => <Body evidence={evidence} />}
      </QueryState>
    </section>
  );
}
