'use client';
import { type Ref, useEffect } from 'react';
import { Button } from '../../../ui/button.tsx';
import { count } from '../../../ui/format.ts';
import { SearchIcon } from '../../../ui/icons.tsx';
import styles from '../map.module.css';
import type { Sight } from '../use-sight.ts';

interface Props {
  sight: Sight;
  chosen: string;
  field: { current: HTMLInputElement | null };
}

function words({ text, found }: Sight, chosen: string): string {
  if (text.trim() === '') return '';
  if (found.length === 0) return 'not found';
  const at = found.findIndex(({ id }) => id === chosen);
  return at < 0 ? `${count(found.length)} found` : `${count(at + 1)} of ${count(found.length)}`;
}

/** `/` goes to the search from anywhere on the page that is no field. */
function useSlash(field: Props['field']): void {
  useEffect(() => {
    const onKeyDown = (e: KeyboardEvent) => {
      if (e.key !== '/' || e.altKey || e.ctrlKey || e.metaKey || !field.current) return;
      if (e.target instanceof Element && e.target.closest('input, textarea, select')) return;
      e.preventDefault();
      field.current.focus();
      field.current.select();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [field]);
}

/** Search on the map: what does not fit is dimmed; Enter goes to the next, Shift and Enter to the one before. */
export function FindField({ sight, chosen, field }: Props) {
  useSlash(field);
  const { text, found, search, go } = sight;
  return (
    <search className={styles.find}>
      <SearchIcon />
      <input
        ref={field as Ref<HTMLInputElement>}
        type="search"
        aria-label="Find on the map"
        placeholder="Find   /"
        value={text}
        onChange={(e) => search(e.target.value)}
        onKeyDown={(e) => {
          if (e.key === 'Enter') go(e.shiftKey ? -1 : 1);
          else if (e.key === 'Escape') {
            search('');
            e.currentTarget.blur();
          } else return;
          e.preventDefault();
          e.stopPropagation();
        }}
      />
      <span className="cap ink2" role="status">
        {words(sight, chosen)}
      </span>
      {found.length > 0 ? (
        <Button size="sm" variant="quiet" aria-label="Next match" onClick={() => go(1)}>
          ›
        </Button>
      ) : null}
    </search>
  );
}
