'use client';
import dynamic from 'next/dynamic';
import type { ReactNode } from 'react';
import { useSearch } from '../../live/url-state.ts';
import { Page } from '../../ui/page.tsx';
import { QueryState } from '../../ui/query-state.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { originOf, originWords } from './origin.ts';
import { useRunOf, useSchema, useSource } from './queries.ts';

function EditorSkeleton() {
  return (
    <div style={{ padding: '0 16px', flex: 1 }}>
      <Skeleton height="100%" />
    </div>
  );
}

// The editor's library and the form are loaded beside the text, not before the frame.
const Opened = dynamic(() => import('./opened.tsx'), { ssr: false, loading: EditorSkeleton });

function Shell({ about, children }: { about: string; children: ReactNode }) {
  return (
    <Page
      title="Experiment editor"
      about={about}
      fixed
      actions={<RangeLink href="/chaos">All experiments</RangeLink>}
    >
      {children}
    </Page>
  );
}

/** /chaos/edit: a new experiment, `?from=` a copy of a file, `?run=` a copy of what a run ran. */
export function EditPage() {
  const search = useSearch();
  const origin = originOf(search);
  const schema = useSchema();
  const source = useSource(origin);
  const run = useRunOf(origin);
  const opened = origin.kind === 'file' ? source : run;
  const ready = origin.kind === 'new' || opened.data !== undefined;
  return (
    <Shell about={originWords(origin)}>
      <QueryState query={schema} rows={16}>
        {(known) =>
          ready ? (
            <Opened
              key={JSON.stringify(origin)}
              origin={origin}
              schema={known}
              {...(origin.kind === 'file' && source.data ? { text: source.data.text } : {})}
              {...(origin.kind === 'run' && run.data ? { run: run.data } : {})}
            />
          ) : (
            <QueryState<unknown> query={opened} rows={16}>
              {() => null}
            </QueryState>
          )
        }
      </QueryState>
    </Shell>
  );
}
