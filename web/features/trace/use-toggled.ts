'use client';
import { useCallback, useMemo, useState } from 'react';
import { useUrlState } from '../../live/url-state.ts';

/** An address has room for so many; what is beyond is lost by a reload. */
const MOST_KEPT = 60;

/** Which lines were closed or opened by a person, in the address. */
export function useToggled() {
  const [text, setText] = useUrlState<string>('rows', '');
  const [beyond, setBeyond] = useState<readonly string[]>([]);
  const toggled = useMemo<ReadonlySet<string>>(
    () => new Set([...text.split(',').filter((key) => key !== ''), ...beyond]),
    [text, beyond],
  );
  const set = useCallback(
    (next: ReadonlySet<string>) => {
      const keys = [...next];
      setText(keys.slice(0, MOST_KEPT).join(','));
      setBeyond(keys.slice(MOST_KEPT));
    },
    [setText],
  );
  return [toggled, set] as const;
}
