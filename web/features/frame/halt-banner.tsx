'use client';
import type { HaltState } from '../../live/protocol.ts';
import { AskButton } from '../../ui/confirming.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { clock, durationText } from '../../ui/format.ts';
import styles from './frame.module.css';
import { useStopChaos } from './stop-chaos.tsx';

/** While chaos is halted: who, why, when the last effect was gone by read-back, and the way out. */
export function HaltBanner() {
  const { halt, error, release } = useStopChaos();
  if (!error && !halt?.halted) return null;
  return (
    <div className={styles.banners}>
      {error ? <ErrorNote error={error} /> : null}
      {halt?.halted ? <Halted halt={halt} release={release} /> : null}
    </div>
  );
}

function Halted({ halt, release }: { halt: HaltState; release: () => void }) {
  return (
    <div className={styles.banner} role="status">
      <b className="failing">Chaos is halted</b>
      <span className="ink2">
        since {clock(halt.at)}
        {halt.by ? ` by ${halt.by}` : ''}
        {halt.reason ? `: ${halt.reason}.` : '.'} {endOfEffects(halt)} New faults are refused.
      </span>
      <span className="gap" />
      <AskButton
        size="sm"
        onConfirm={release}
        hits="New faults are taken again: by hand, from experiments, and from schedules that are due."
        undo="Stop all chaos halts it again. What was stopped does not come back."
        deed="Allow chaos again"
      >
        Release
      </AskButton>
    </div>
  );
}

function endOfEffects({ unconfirmed, lastEffectGoneMs }: HaltState): string {
  if (unconfirmed > 0) {
    const faults = unconfirmed === 1 ? 'The end of one fault is' : `The ends of ${unconfirmed} faults are`;
    return `${faults} not confirmed; leases run out by themselves.`;
  }
  if (lastEffectGoneMs === null) return 'No effect was running.';
  return `Last effect gone ${durationText(lastEffectGoneMs)} after the order, by read-back.`;
}
