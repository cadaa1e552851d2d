'use client';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { ErrorNote } from './error-note.tsx';
import { Skeleton } from './skeleton.tsx';

interface QueryLike<T> {
  data: T | undefined;
  error: unknown;
  refetch: () => unknown;
}

interface Props<T> {
  query: QueryLike<T>;
  /** Rows of the skeleton and their height, so that nothing moves when the data is there. */
  rows?: number;
  rowHeight?: number;
  children: (data: T) => ReactNode;
}

function Bones({ rows, rowHeight }: { rows: number; rowHeight: number }) {
  return (
    <div className="stack" style={{ gap: 6 }} role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, i) => i).map((i) => (
        <Skeleton key={i} height={rowHeight - 6} />
      ))}
    </div>
  );
}

function Failed<T>({ query }: { query: QueryLike<T> }) {
  const again = (
    <Button size="sm" onClick={() => query.refetch()}>
      Try again
    </Button>
  );
  return <ErrorNote error={query.error} action={again} />;
}

/** What a fetched part of a page shows while it loads, when it fails (above what is still known), and when it is there. */
export function QueryState<T>({ query, rows = 6, rowHeight = 24, children }: Props<T>) {
  const note = query.error ? <Failed query={query} /> : null;
  if (query.data === undefined) return note ?? <Bones rows={rows} rowHeight={rowHeight} />;
  return (
    <>
      {note}
      {children(query.data)}
    </>
  );
}
