'use client';
import { clock, durationText } from '../../ui/format.ts';
import { QueryState } from '../../ui/query-state.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import styles from './invariants.module.css';
import type { Span, Tile } from './model.ts';
import { useTold } from './queries.ts';

/** What the auditor told of one invariant up to the instant to which the page is rewound. */
export function ToldCard({ tile, span }: { tile: Tile; span: Span }) {
  const query = useTold(Math.floor(span.from), Math.ceil(span.at));
  return (
    <section className={styles.card} data-status={tile.status} aria-label={`Evidence of ${tile.id}`}>
      <h3>
        {tile.id} until {clock(span.at)}
      </h3>
      <p className="cap ink2">{tile.title}</p>
      <QueryState query={query} rows={3}>
        {({ violations }) => {
          const own = violations.filter(({ id }) => id === tile.id).reverse();
          if (own.length === 0) return <p className="cap ink2">No violation of it was told in this range.</p>;
          return (
            <ul className={styles.facts}>
              {own.map(({ at, restoredAt, detail, traceId }) => (
                <li key={at}>
                  <span className="ink3">
                    {clock(at, 1)}
                    {restoredAt === null ? ', not mended by then' : `, for ${durationText(restoredAt - at)}`}
                  </span>
                  <span>{detail || 'it was violated already when the range began'}</span>
                  {traceId === '' ? null : <RangeLink href={`/traces/${traceId}`}>Trace</RangeLink>}
                </li>
              ))}
            </ul>
          );
        }}
      </QueryState>
    </section>
  );
}
