'use client';
import { useSyncExternalStore } from 'react';
import { armedAt } from '../../live/figures.ts';
import { useReplay } from '../../live/use-replay.ts';
import { useInstant, useLiveFaults, useNow } from '../../live/use-window.ts';
import { Boundary } from '../../ui/boundary.tsx';
import { Button } from '../../ui/button.tsx';
import { clock } from '../../ui/format.ts';
import { BackIcon, SearchIcon } from '../../ui/icons.tsx';
import { ActiveFaults } from './active-faults.tsx';
import { openPalette } from './command-palette.tsx';
import { ConnectionState } from './connection-state.tsx';
import styles from './frame.module.css';
import { GLOBAL_SHORTCUTS } from './shortcuts.ts';
import { useStopChaos } from './stop-chaos.tsx';
import { TimeRangeControl } from './time-range-control.tsx';

const noChange = () => () => undefined;

function Environment() {
  const host = useSyncExternalStore(
    noChange,
    () => window.location.host,
    () => '',
  );
  const local = host === '' || host.startsWith('127.') || host.startsWith('localhost');
  return (
    <span className={styles.environment}>
      <b>{local ? 'local' : host}</b> <span className="ink3">{local ? host.split(':')[1] : ''}</span>
    </span>
  );
}

function RewoundPill() {
  const { at, back } = useInstant();
  const { playing, speed } = useReplay();
  if (at === null) return null;
  return (
    <Button className={styles.rewound} onClick={back}>
      <BackIcon />
      <b>{playing ? `Replay ${speed}×, ${clock(at)}` : `Rewound to ${clock(at)}`}</b>
      <span className="ink3">Back to live</span>
    </Button>
  );
}

function StopButton() {
  const { stop, stopping, halt } = useStopChaos();
  const armed = armedAt(useLiveFaults(), useNow()).length > 0;
  return (
    <Button
      variant={armed ? 'stop' : 'outline'}
      className={armed ? '' : styles.stopQuiet}
      onClick={stop}
      disabled={stopping}
      data-armed={armed}
      aria-keyshortcuts={GLOBAL_SHORTCUTS.stop.aria}
    >
      {stopping ? 'Stopping' : halt?.halted ? 'Chaos halted' : 'Stop all chaos'}
      <kbd>{GLOBAL_SHORTCUTS.stop.keys[0]}</kbd>
    </Button>
  );
}

/** The bar on top: where, when, find, how fresh, what is armed, and the way to end it. */
export function TopBar() {
  return (
    <header className={styles.top}>
      <Environment />
      <Boundary what="The time range">
        <TimeRangeControl />
      </Boundary>
      <button
        type="button"
        className={styles.search}
        onClick={openPalette}
        aria-keyshortcuts={GLOBAL_SHORTCUTS.palette.aria}
      >
        <SearchIcon />
        <span className="clip">Search or run a command</span>
        <kbd>{GLOBAL_SHORTCUTS.palette.keys[0]}</kbd>
      </button>
      <span className="gap" />
      <RewoundPill />
      <ConnectionState />
      <Boundary what="The list of active faults">
        <ActiveFaults />
      </Boundary>
      <StopButton />
    </header>
  );
}
