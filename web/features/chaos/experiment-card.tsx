'use client';
import { useRouter } from 'next/navigation';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { ago, plural } from '../../ui/format.ts';
import { CrystalGlyph } from '../../ui/glyphs/crystal.tsx';
import { Prose } from '../../ui/prose.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import { Tag } from '../../ui/tag.tsx';
import styles from './chaos.module.css';
import type { ExperimentCard } from './library.ts';
import { useStartRun } from './queries.ts';
import { verdictWords } from './verdict.ts';

function Last({ card, now }: { card: ExperimentCard; now: number }) {
  if (!card.last) return <span className="cap ink3">never run</span>;
  const words = verdictWords(card.last.verdict);
  return (
    <span className="row" style={{ gap: 6 }}>
      <RangeLink href={`/chaos/runs/${card.last.id}`} className="">
        <Tag hue={words.tone} title={words.means}>
          {words.title}
        </Tag>
      </RangeLink>
      <span className="cap ink3">{ago(card.last.startedAt, now)}</span>
    </span>
  );
}

interface Props {
  card: ExperimentCard;
  now: number;
  /** Why it cannot be started now; empty when it can. */
  blocked: string;
}

/** One experiment: its story, what it hurts, how it went last, and the button. */
export function ExperimentCardView({ card, now, blocked }: Props) {
  const router = useRouter();
  const start = useStartRun();
  const run = (unprotected: boolean) =>
    start.mutate(
      { experimentId: card.id, unprotected },
      { onSuccess: (started) => router.push(`/chaos/runs/${started.id}`) },
    );
  const idle = blocked === '' && !start.isPending;
  const running = card.last !== null && card.last.verdict === null;
  return (
    <article className={styles.card} data-running={running ? '' : undefined} aria-label={card.title}>
      <div className="row" style={{ flexWrap: 'wrap' }}>
        <h2 style={{ fontSize: 13, lineHeight: '18px' }}>{card.title}</h2>
        <span className="gap" />
        <Last card={card} now={now} />
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
      <div className={styles.cardFoot}>
        <ConfirmButton variant="fault" ask="Press again to run" disabled={!idle} onConfirm={() => run(false)}>
          {start.isPending ? 'Starting' : 'Run'}
        </ConfirmButton>
        {card.without.length > 0 ? (
          <ConfirmButton ask="Press again to run unprotected" disabled={!idle} onConfirm={() => run(true)}>
            Run unprotected
          </ConfirmButton>
        ) : null}
        <span className="cap ink3">
          {blocked === '' ? `watched by ${plural(card.guards.length, 'guard')}` : blocked}
        </span>
      </div>
      {start.error ? <ErrorNote error={start.error} /> : null}
    </article>
  );
}
