'use client';
import { type ComponentType, useEffect, useState } from 'react';
import { useSearch } from '../../live/url-state.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Page } from '../../ui/page.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import type { OpenedProps } from './opened.tsx';
import { draftName, type Origin, originOf, originWords } from './origin.ts';
import { useRunOf, useSchema, useSource } from './queries.ts';

function EditorSkeleton() {
  return (
    <div style={{ padding: '0 16px 16px', flex: 1, minHeight: 320 }} role="status" aria-label="Loading">
      <Skeleton height="100%" />
    </div>
  );
}

type Editor = ComponentType<OpenedProps>;

/**
 * The editor's library and the form, loaded beside the text, not before the frame. Not by a Suspense boundary: what waits
 * in one is drawn last of all, after every live update; and one that cannot be loaded shall say so here.
 */
function useEditor(): { Opened: Editor | null; error: unknown; refetch: () => void } {
  const [loaded, setLoaded] = useState<{ Opened: Editor | null; error: unknown }>({
    Opened: null,
    error: null,
  });
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt is made for its own sake
  useEffect(() => {
    let gone = false;
    import('./opened.tsx').then(
      ({ Opened }) => gone || setLoaded({ Opened, error: null }),
      (error: unknown) => gone || setLoaded({ Opened: null, error }),
    );
    return () => {
      gone = true;
    };
  }, [attempt]);
  return { ...loaded, refetch: () => setAttempt(attempt + 1) };
}

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
  const editor = useEditor();
  const { Opened } = editor;
  const failed = [schema, source, run, editor].find(({ error }) => error);
  if (Opened && schema.data && (origin.kind === 'new' || text !== undefined || ran)) {
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

/** /chaos/edit: a new experiment, `?copy=` a copy of a file, `?run=` a copy of what a run ran. */
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
