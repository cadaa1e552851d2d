'use client';
import dynamic from 'next/dynamic';
import { useSearch } from '../../live/url-state.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Page } from '../../ui/page.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { draftName, type Origin, originOf, originWords } from './origin.ts';
import { useRunOf, useSchema, useSource } from './queries.ts';

function EditorSkeleton() {
  return (
    <div style={{ padding: '0 16px 16px', flex: 1, minHeight: 320 }} role="status" aria-label="Loading">
      <Skeleton height="100%" />
    </div>
  );
}

// The editor's library and the form are loaded beside the text, not before the frame.
const Opened = dynamic(() => import('./opened.tsx'), { ssr: false, loading: EditorSkeleton });

interface AskedFor {
  error: unknown;
  refetch: () => unknown;
}

function Failed({ query }: { query: AskedFor }) {
  return (
    <div style={{ padding: '0 16px' }}>
      <ErrorNote error={query.error} action={<Button onClick={() => query.refetch()}>Try again</Button>} />
    </div>
  );
}

function Content({ origin }: { origin: Origin }) {
  const schema = useSchema();
  const source = useSource(origin);
  const run = useRunOf(origin);
  const text = origin.kind === 'file' ? source.data?.text : undefined;
  const ran = origin.kind === 'run' ? run.data : undefined;
  const failed = [schema, source, run].find(({ error }) => error);
  if (schema.data && (origin.kind === 'new' || text !== undefined || ran)) {
    return (
      <Opened
        key={draftName(origin)}
        origin={origin}
        schema={schema.data}
        {...(text === undefined ? {} : { text })}
        {...(ran ? { run: ran } : {})}
      />
    );
  }
  return failed ? <Failed query={failed} /> : <EditorSkeleton />;
}

/** /chaos/edit: a new experiment, `?from=` a copy of a file, `?run=` a copy of what a run ran. */
export function EditPage() {
  const origin = originOf(useSearch());
  return (
    <Page
      title="Experiment editor"
      about={originWords(origin)}
      fixed
      actions={<RangeLink href="/chaos">All experiments</RangeLink>}
    >
      <Content origin={origin} />
    </Page>
  );
}
