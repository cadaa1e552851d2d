'use client';
import type { GameDayPlan } from '@stormglass/chaos/contract';
import { useState } from 'react';
import { request } from '../../live/request.ts';
import { useLiveState } from '../../live/use-window.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { CrystalGlyph } from '../../ui/glyphs/crystal.tsx';
import { list } from '../../ui/list.ts';
import { type Experiments, plannedSteps } from './gameday-words.ts';
import styles from './plans.module.css';
import { useDoing, useGameDayPlans } from './queries.ts';

interface ConfirmProps {
  plan: GameDayPlan;
  experiments: Experiments;
  onClose: () => void;
}

/** What it will do, to be read before it is started. */
function Confirm({ plan, experiments, onClose }: ConfirmProps) {
  const start = useDoing(() => request('startGameday', { input: plan }));
  const steps = plannedSteps(plan, experiments);
  return (
    <section className={styles.confirm} aria-label={`Start ${plan.title}?`}>
      <p>
        <b ref={(title) => title?.focus()} tabIndex={-1}>
          {plan.title}
        </b>{' '}
        will do this, one after the other:
      </p>
      <ol className={styles.steps}>
        {steps.map(({ words, hurts, missing }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: steps have no id and stand in order
          <li key={index}>
            {words}
            {missing ? <span className="failing"> (there is no such experiment)</span> : null}
            {hurts.map((line) => (
              <span key={line} className={`fault ${styles.hurts}`}>
                <CrystalGlyph r={5} />
                {line}
              </span>
            ))}
          </li>
        ))}
      </ol>
      <p className="ink2">
        It ends early when a run ends as {plan.stop_on.join(', ')}. Stop, and Stop all chaos, revert what is
        on at any time.
      </p>
      <span className="row" style={{ gap: 6 }}>
        <Button
          size="sm"
          variant="fault"
          disabled={start.isPending || steps.some(({ missing }) => missing)}
          onClick={() => start.mutate(undefined, { onSuccess: onClose })}
        >
          Start the game day
        </Button>
        <Button size="sm" variant="quiet" onClick={onClose}>
          Not now
        </Button>
      </span>
      {start.error ? <ErrorNote error={start.error} /> : null}
    </section>
  );
}

/** Choosing one of the game days that are files. */
export function GameDayStart({ experiments }: { experiments: Experiments }) {
  const plans = useGameDayPlans();
  const halted = useLiveState()?.halt.halted ?? false;
  const [id, setId] = useState('');
  const [asked, setAsked] = useState(false);
  const known = plans.data?.plans ?? [];
  const chosen = known.find((one) => one.id === id) ?? known[0];
  return (
    <>
      <div className={styles.form}>
        <label className={list.label}>
          Game day
          <select
            className={list.field}
            data-size="sm"
            value={chosen?.id ?? ''}
            onChange={(e) => setId(e.target.value)}
          >
            {known.map((one) => (
              <option key={one.id} value={one.id}>
                {one.plan.title}
              </option>
            ))}
          </select>
        </label>
        <Button
          size="sm"
          disabled={chosen === undefined || halted}
          aria-expanded={asked}
          onClick={() => setAsked(true)}
        >
          Start…
        </Button>
        {halted ? <span className="cap ink2">chaos is halted</span> : null}
        {plans.error ? <ErrorNote error={plans.error} /> : null}
      </div>
      {plans.data?.problems.map(({ file, message }) => (
        <p key={file} className="failing cap">
          {file}: {message}
        </p>
      ))}
      {asked && chosen !== undefined ? (
        <Confirm
          key={chosen.id}
          plan={chosen.plan}
          experiments={experiments}
          onClose={() => setAsked(false)}
        />
      ) : null}
    </>
  );
}
