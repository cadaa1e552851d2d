'use client';
import { Button } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { clock, durationText } from '../../ui/format.ts';
import styles from './frame.module.css';
import { useStopChaos } from './stop-chaos.tsx';

/** While chaos is halted: who, why, when the last effect was gone by read-back, and the way out. */
export function HaltBanner() {
  const { halt, error, release } = useStopChaos();
  if (error) {
    return (
      <div className={styles.bannerError}>
        <ErrorNote error={error} />
      </div>
    );
  }
  if (!halt?.halted) return null;
  return (
    <div className={styles.banner} role="status">
      <b className="failing">Chaos is halted</b>
      <span className="ink2">
        since {clock(halt.at)}
        {halt.by ? ` by ${halt.by}` : ''}
        {halt.reason ? `: ${halt.reason}.` : '.'}{' '}
        {halt.lastEffectGoneMs === null
          ? 'No effect was running.'
          : `Last effect gone ${durationText(halt.lastEffectGoneMs)} after the order, by read-back.`}{' '}
        New faults are refused.
      </span>
      <span className="gap" />
      <Button size="sm" onClick={release}>
        Release
      </Button>
    </div>
  );
}
