'use client';
import type { Ref } from 'react';
import { Button } from '../../ui/button.tsx';
import { count } from '../../ui/format.ts';
import { SearchIcon } from '../../ui/icons.tsx';
import styles from './find.module.css';
import { nextFound } from './find.ts';
import type { TraceViewState } from './use-trace-view.ts';

interface Props {
  view: Pick<TraceViewState, 'find' | 'setFind' | 'found' | 'selected' | 'reveal'>;
  field: Ref<HTMLInputElement>;
  /** Back to the spans. */
  leave: () => void;
}

function words({ find, found, selected }: Props['view']): string {
  if (find.trim() === '') return '';
  if (found.length === 0) return 'not found';
  const at = found.findIndex((node) => node.span.spanId === selected);
  return at < 0 ? `${count(found.length)} found` : `${count(at + 1)} of ${count(found.length)}`;
}

/** Search in this trace: Enter goes to the next span that has all the words, Shift and Enter to the one before. */
export function FindBar({ view, field, leave }: Props) {
  const go = (by: 1 | -1) => {
    const next = nextFound(view.found, view.selected, by);
    if (next) view.reveal(next);
  };
  return (
    <search className={styles.find}>
      <SearchIcon />
      <input
        ref={field}
        type="search"
        aria-label="Find in this trace"
        placeholder="Find in trace   /"
        value={view.find}
        onChange={(e) => view.setFind(e.target.value === '' ? null : e.target.value)}
        onKeyDown={(e) => {
          if (e.key === 'Enter') go(e.shiftKey ? -1 : 1);
          else if (e.key === 'Escape') {
            view.setFind(null);
            leave();
          } else return;
          e.preventDefault();
          e.stopPropagation();
        }}
      />
      <span className={styles.count} role="status">
        {words(view)}
      </span>
      {view.found.length > 0 ? (
        <>
          <Button size="sm" variant="quiet" aria-label="Previous match" onClick={() => go(-1)}>
            ‹
          </Button>
          <Button size="sm" variant="quiet" aria-label="Next match" onClick={() => go(1)}>
            ›
          </Button>
        </>
      ) : null}
    </search>
  );
}
