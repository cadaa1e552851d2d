import type { CSSProperties } from 'react';
import type { BreakerView } from '../../../live/figures.ts';
import { clock, countdown, percent, plural } from '../../../ui/format.ts';
import { BreakerGlyph, BreakerMark } from '../../../ui/glyphs/breaker.tsx';
import { CountdownGlyph } from '../../../ui/glyphs/countdown-ring.tsx';
import { breakerHue, breakerWord, hueColor } from '../../../ui/state.ts';
import styles from '../map.module.css';

function Why({ breaker }: { breaker: BreakerView }) {
  const { opening } = breaker;
  if (!opening) return null;
  if (opening.from === 'half_open') return <>The probe failed: it waits once more before it tries again.</>;
  if (opening.windowCalls === 0) return null;
  const failed = opening.windowFailures;
  return (
    <>
      <b className="ink1">
        {failed} of {opening.windowCalls}
      </b>{' '}
      calls failed in {opening.windowSeconds} s: {percent(failed / opening.windowCalls)}. It opens above{' '}
      {percent(opening.threshold)} when there are at least {plural(opening.volume, 'call')}.
    </>
  );
}

function limitWords(breaker: BreakerView): string {
  const sample = breaker.samples[0];
  if (!sample || sample.threshold === null) return '';
  const least = sample.volume === null ? '' : `, from ${plural(sample.volume, 'call')} on`;
  return `It opens above ${percent(sample.threshold)}${least}.`;
}

/** One breaker in words: since when, why, and when it tries again. */
export function BreakerWords({ breaker, at, title }: { breaker: BreakerView; at: number; title?: string }) {
  const hue = breakerHue(breaker.state);
  const left = breaker.nextTryAt === null ? null : breaker.nextTryAt - at;
  const wait = breaker.transition?.resetTimeoutMs || 1;
  const word = breakerWord(breaker.state);
  if (breaker.state === 'closed') {
    return (
      <div className={styles.breakerBox} data-calm="" style={{ '--hue': hueColor(hue) } as CSSProperties}>
        <BreakerGlyph state="closed" />
        <span className="cap ink2">
          <b className="ok">Closed</b>
          {breaker.since ? ` since ${clock(breaker.since)}` : ''}. {limitWords(breaker)}
        </span>
      </div>
    );
  }
  return (
    <div className={styles.breakerBox} style={{ '--hue': hueColor(hue) } as CSSProperties}>
      <CountdownGlyph
        size={44}
        left={left === null ? 0 : left / wait}
        hue={hue}
        dashed={breaker.state === 'half_open'}
        label={`breaker ${word}`}
      >
        <g transform="scale(1.5)">
          <BreakerMark state={breaker.state} />
        </g>
      </CountdownGlyph>
      <div>
        <div>
          {title ? <span className="ink2">{title} </span> : null}
          <b style={{ color: hueColor(hue) }}>{word.charAt(0).toUpperCase() + word.slice(1)}</b>{' '}
          {breaker.since ? <span className="ink2">since {clock(breaker.since, 1)}</span> : null}
          {left !== null && left > 0 ? (
            <>
              <span className="ink2">, tries again in</span> <b>{countdown(left)}</b>
            </>
          ) : null}
        </div>
        <div className="cap ink2" style={{ marginTop: 2 }}>
          <Why breaker={breaker} />
        </div>
      </div>
    </div>
  );
}
