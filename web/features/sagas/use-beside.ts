'use client';
import { useSyncExternalStore } from 'react';
import { setUrlState, useUrlState } from '../../live/url-state.ts';

/** Below this width a panel lies over the page, or under it: it is there only when somebody asks for it. */
const OVERLAYS = '(max-width: 1279px)';

function subscribe(listener: () => void): () => void {
  const media = window.matchMedia(OVERLAYS);
  media.addEventListener('change', listener);
  return () => media.removeEventListener('change', listener);
}

export type Beside = 'wall' | 'protections' | 'trigger';

interface Choice {
  /** What stands beside the page; null: nothing. */
  beside: Beside | null;
  /** Whether somebody has asked for it, so that it can be closed. */
  asked: boolean;
  toggle(what: Beside): void;
  close(): void;
}

/** What stands beside the page, from the URL: the wall where there is room for it. */
export function useBeside(): Choice {
  const overlays = useSyncExternalStore(
    subscribe,
    () => window.matchMedia(OVERLAYS).matches,
    () => false,
  );
  const [panel] = useUrlState<string>('panel', '');
  const known = panel === 'wall' || panel === 'protections' || panel === 'trigger' ? panel : null;
  const beside = known ?? (panel === '' && !overlays ? 'wall' : null);
  const usual = overlays ? '' : 'none';
  return {
    beside,
    asked: known !== null,
    toggle: (what) => {
      const opened = what === 'wall' && !overlays ? '' : what;
      setUrlState({ panel: beside !== what ? opened : what === 'wall' ? usual : null });
    },
    close: () => setUrlState({ panel: known === 'wall' ? usual : null }),
  };
}
