'use client';
import { useUrlState } from '../../live/url-state.ts';

/** Whether the row of a breaker is open, in the address: a reload, a link and a replay keep it. */
export function useOpened(key: string): [opened: boolean, toggle: () => void] {
  const [text, setText] = useUrlState<string>('open', '');
  const opened = text.split(',').filter((one) => one !== '');
  const own = opened.includes(key);
  const next = own ? opened.filter((one) => one !== key) : [...opened, key];
  return [own, () => setText(next.join(','))];
}
