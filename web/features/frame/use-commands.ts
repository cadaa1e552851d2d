'use client';
import { useMemo } from 'react';
import { followClock } from '../../live/time-range.ts';
import { startTour } from '../../live/tour.ts';
import { setUrlState } from '../../live/url-state.ts';
import { useReplay } from '../../live/use-replay.ts';
import { useInstant } from '../../live/use-window.ts';
import { useTheme } from '../../ui/theme.tsx';
import type { Entry } from './palette-entries.ts';
import { openShortcuts } from './shortcuts-key.tsx';
import { useStopChaos } from './stop-chaos.tsx';

const RANGES = ['5m', '15m', '60m'] as const;
const THEMES = ['dark', 'light', 'system'] as const;

/** What can be done from every page; `go` leads to another one. */
export function useCommands(go: (href: string) => void): Entry[] {
  const { stop, release, halt } = useStopChaos();
  const { choose } = useTheme();
  const { back } = useInstant();
  const replay = useReplay();
  const halted = halt?.halted === true;
  return useMemo(() => {
    const command = (id: string, label: string, description: string, run: () => void): Entry => ({
      ...{ id, label, description },
      deed: { run },
    });
    const tour = () => {
      startTour();
      go('/');
    };
    return [
      halted
        ? { ...command('unhalt', 'Allow chaos again', 'Ends the halt', release), hurts: true }
        : command('stop', 'Stop all chaos', 'Ends every fault, with read-back', stop),
      {
        id: 'order',
        label: 'Place an order',
        description: 'Triggers one saga, and shows it',
        words: 'trigger saga',
        deed: { call: 'triggerSaga', options: { input: {} }, opens: 'saga' },
      },
      command('live', 'Back to live', 'Follow the newest data', back),
      replay.playing
        ? command('replay', 'Pause the replay', 'Stands still where it is', replay.toggle)
        : command('replay', 'Replay the range', `At ${replay.speed} times its speed`, replay.toggle),
      ...RANGES.map((range) =>
        command(range, `Last ${range.replace('m', ' minutes')}`, 'Time range', () =>
          setUrlState(followClock(range)),
        ),
      ),
      ...THEMES.map((theme) => command(theme, `Theme: ${theme}`, 'Of this browser', () => choose(theme))),
      command('tour', 'Take the tour', 'Five steps: an order, a fault, and what it cost', tour),
      command('shortcuts', 'Keyboard shortcuts', 'Every key that does something', openShortcuts),
    ];
  }, [halted, stop, release, back, replay, choose, go]);
}
