'use client';
import { SPEEDS } from '../../live/time-range.ts';
import { useReplay } from '../../live/use-replay.ts';
import { Button } from '../../ui/button.tsx';
import { PauseIcon, PlayIcon } from '../../ui/icons.tsx';
import { list } from '../../ui/list.ts';
import styles from './strip.module.css';

/** Replays the range that is shown: the whole dashboard goes through it again. */
export function Player() {
  const { playing, speed, toggle, choose } = useReplay();
  return (
    <div className={styles.player}>
      <Button
        size="sm"
        variant="quiet"
        onClick={toggle}
        aria-label={playing ? 'Pause the replay' : 'Replay the range'}
        title={playing ? 'Pause the replay' : 'Replay the range: the whole dashboard goes through it again'}
      >
        {playing ? <PauseIcon /> : <PlayIcon />}
      </Button>
      <select
        className={list.field}
        data-size="sm"
        aria-label="Speed of the replay"
        value={speed}
        onChange={(event) => choose(SPEEDS.find((one) => one === Number(event.target.value)) ?? speed)}
      >
        {SPEEDS.map((one) => (
          <option key={one} value={one}>
            {one}×
          </option>
        ))}
      </select>
    </div>
  );
}
