'use client';
import { plural } from '../../ui/format.ts';
import { CrystalGlyph } from '../../ui/glyphs/crystal.tsx';
import { Prose } from '../../ui/prose.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import { LastVerdict } from './last-verdict.tsx';
import styles from './library.module.css';
import type { ExperimentCard } from './model.ts';
import { RunButtons } from './run-buttons.tsx';

interface Props {
  card: ExperimentCard;
  now: number;
  /** Why it cannot be started now; empty when it can. */
  blocked: string;
}

/** One experiment: its story, what it hurts, how it went last, and the button. */
export function ExperimentCardView({ card, now, blocked }: Props) {
  const running = card.last !== null && card.last.verdict === null;
  const path = encodeURIComponent(card.id);
  return (
    <article className={styles.card} data-running={running ? '' : undefined} aria-label={card.title}>
      <div className="row" style={{ flexWrap: 'wrap' }}>
        <h3 className={styles.cardTitle}>
          <RangeLink href={`/chaos/library/${path}`} className={styles.titleLink ?? ''}>
            {card.title}
          </RangeLink>
        </h3>
        <span className="gap" />
        <LastVerdict last={card.last} now={now} />
      </div>
      <p className={styles.story}>
        <Prose text={card.story} />
      </p>
      <ul className={styles.hurts} aria-label="What it hurts">
        {card.hurts.map((h) => (
          <li key={h}>
            <CrystalGlyph r={5} />
            {h}
          </li>
        ))}
      </ul>
      {card.without.map((line) => (
        <p key={line} className="cap ink3">
          {line}
        </p>
      ))}
      <RunButtons id={card.id} unprotected={card.without.length > 0} blocked={blocked}>
        <RangeLink href={`/chaos/edit?copy=${path}`} aria-label={`Edit a copy of ${card.title}`}>
          Edit a copy
        </RangeLink>
        <span className="cap ink3">
          {blocked === '' ? `watched by ${plural(card.guards.length, 'guard')}` : blocked}
        </span>
      </RunButtons>
    </article>
  );
}
