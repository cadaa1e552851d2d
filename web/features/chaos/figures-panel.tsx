'use client';
import type { Figure, Recovery, Run } from '@stormglass/chaos/contract';
import { FormulaButton } from '../../ui/formula-button.tsx';
import { CheckIcon } from '../../ui/icons.tsx';
import { Panel, Section } from '../../ui/panel.tsx';
import { askedShare, type FigureCard, figureCards, figureValue } from './figures.ts';
import { type RunProgress, runProgress } from './progress.ts';
import styles from './run.module.css';

function Formula({ name, figure }: { name: string; figure: Figure }) {
  return <FormulaButton name={name} formula={figure.formula} inputs={figure.inputs} />;
}

function Card({ card }: { card: FigureCard }) {
  return (
    <div className={styles.figure}>
      <div className={styles.figureHead}>
        <span>{card.title}</span>
        <span className="ink3 gap">{card.symbol}</span>
        <Formula name={card.title} figure={card.figure} />
      </div>
      <div className={`${styles.value} clip`} data-tone={card.tone}>
        {card.value.value}
        <small>{card.value.unit}</small>
      </div>
      <div className={`${styles.figureNote} clip`} title={card.note}>
        {card.note}
      </div>
    </div>
  );
}

function Injected({ run, r }: { run: Run; r: Recovery }) {
  const asked = askedShare(run);
  const value = figureValue(r.injectedRate);
  return (
    <Section title="Injected" aside={<Formula name="Injected" figure={r.injectedRate} />}>
      <div className="row" style={{ alignItems: 'baseline' }}>
        <span
          className={`${styles.value} fault`}
          data-tone={r.injectedRate.value === null ? 'unknown' : undefined}
        >
          {value.value}
          <small>{value.unit}</small>
        </span>
        <span className="cap ink2">
          of arriving calls{asked === null ? '' : `; asked for ${Math.round(asked * 100)} %`}
        </span>
      </div>
    </Section>
  );
}

function Amplification({ r }: { r: Recovery }) {
  if (r.retryAmplification.length === 0) return null;
  const most = Math.max(1.5, ...r.retryAmplification.map((a) => a.figure.value ?? 0));
  return (
    <Section title="Retry amplification" aside="calls sent / calls meant">
      {r.retryAmplification.map((a) => {
        const value = a.figure.value;
        return (
          <div key={`${a.from}>${a.to}`} className={styles.amplification}>
            <span className="clip">
              {a.from} → {a.to}
            </span>
            <span
              className={styles.share}
              data-high={value !== null && value > 1.1 ? '' : undefined}
              style={{ width: `${((value ?? 0) / most) * 100}%` }}
            />
            <b className="right">{value === null ? '–' : value.toFixed(2)}</b>
            <Formula name={`${a.from} → ${a.to}`} figure={a.figure} />
          </div>
        );
      })}
    </Section>
  );
}

interface Check {
  words: string;
  state: 'ok' | 'bad' | 'open';
}

function checksOf(run: Run, progress: RunProgress): Check[] {
  const phase = (id: string) => progress.phases.find((p) => p.phase === id);
  const reached = (id: string) => phase(id)?.state === 'done';
  const reverted = progress.readBacks.length > 0 && progress.readBacks.every((b) => b.reverted);
  const tripped = progress.guards.filter((g) => g.tripped).length;
  return [
    { words: 'Steady before', state: reached('steady-before') ? (reached('method') ? 'ok' : 'bad') : 'open' },
    { words: 'Revert read back', state: progress.readBacks.length === 0 ? 'open' : reverted ? 'ok' : 'bad' },
    { words: 'Recovered', state: run.recovery?.t4 != null ? 'ok' : run.endedAt === null ? 'open' : 'bad' },
    {
      words: tripped === 0 ? 'No guard tripped' : `${tripped} guards tripped`,
      state: tripped === 0 ? 'ok' : 'bad',
    },
  ];
}

function Checks({ run }: { run: Run }) {
  const checks = checksOf(run, runProgress(run.events));
  return (
    <Section title="Checks">
      <ul className={styles.rows}>
        {checks.map((c) => (
          <li key={c.words} className={c.state === 'ok' ? 'ink2' : c.state === 'bad' ? 'failing' : 'unknown'}>
            {c.state === 'ok' ? (
              <CheckIcon />
            ) : (
              <span aria-hidden="true">{c.state === 'bad' ? '×' : '…'}</span>
            )}
            {c.words}
            <span className="visually-hidden">
              {c.state === 'ok' ? 'yes' : c.state === 'bad' ? 'no' : 'not yet'}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** Every measured number of a run, each with the way it was reached. */
export function FiguresPanel({ run }: { run: Run }) {
  const r = run.recovery;
  return (
    <Panel label="Figures" title="Figures" subtitle={`seed ${run.seed}, 1 run`}>
      {r ? (
        <>
          <div className={styles.figures}>
            {figureCards(run, r).map((card) => (
              <Card key={card.id} card={card} />
            ))}
          </div>
          <Injected run={run} r={r} />
          <Amplification r={r} />
        </>
      ) : (
        <p className="ink2" style={{ padding: '12px 16px' }}>
          Nothing is measured yet. Figures appear with the first call that the fault has hurt.
        </p>
      )}
      <Checks run={run} />
      <Section>
        <span className="cap ink3">
          Experiment {run.experimentId}, by {run.startedBy}
        </span>
      </Section>
    </Panel>
  );
}
