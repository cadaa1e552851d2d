'use client';
import type { ExperimentSpec } from '@stormglass/chaos/contract';
import { useState } from 'react';
import { useBlocked } from '../../live/use-blocked.ts';
import { useRuns } from '../../live/use-runs.ts';
import { useNow } from '../../live/use-window.ts';
import { Empty } from '../../ui/empty.tsx';
import { list } from '../../ui/list.ts';
import { Band, Page } from '../../ui/page.tsx';
import { Prose } from '../../ui/prose.tsx';
import { QueryState } from '../../ui/query-state.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import { LastVerdict } from './last-verdict.tsx';
import styles from './library.module.css';
import { experimentCards } from './model.ts';
import { type Line, outlineOf } from './outline.ts';
import { useExperiments } from './queries.ts';
import { RunButtons } from './run-buttons.tsx';

function Lines({ label, lines }: { label: string; lines: readonly Line[] }) {
  return (
    <ol className={styles.steps} aria-label={label}>
      {lines.map(({ kind, name, says }) => (
        <li key={name}>
          <span className={kind === 'fault' ? 'fault' : 'ink3'}>{kind}</span>
          <span className="ink2">
            <b className="ink1">{name}</b>
            {says}
          </span>
        </li>
      ))}
    </ol>
  );
}

const seedOf = (text: string): number | undefined => (/^\d{1,9}$/.test(text) ? Number(text) : undefined);

function Start({ id, unprotected }: { id: string; unprotected: boolean }) {
  const blocked = useBlocked();
  const [seed, setSeed] = useState('1');
  const chosen = seedOf(seed);
  return (
    <RunButtons
      id={id}
      unprotected={unprotected}
      blocked={chosen === undefined ? 'the seed is a whole number' : blocked}
      {...(chosen === undefined ? {} : { seed: chosen })}
    >
      <label className="row cap ink2">
        Seed
        <input
          className={list.field}
          data-size="sm"
          style={{ width: 90 }}
          inputMode="numeric"
          value={seed}
          aria-invalid={chosen === undefined}
          onChange={(e) => setSeed(e.target.value)}
        />
      </label>
      <span className="cap ink3">
        {chosen === undefined ? 'a whole number' : blocked || 'the same seed hurts the same requests'}
      </span>
    </RunButtons>
  );
}

function Outline({ id, spec }: { id: string; spec: ExperimentSpec }) {
  const outline = outlineOf(spec);
  return (
    <>
      <p className={styles.lead}>
        <Prose text={spec.story || spec.description} />
      </p>
      <div style={{ margin: '12px 0' }}>
        <Start id={id} unprotected={spec.ablations.length > 0} />
      </div>
      <div className={styles.outline}>
        <Band title="Hypothesis" about={outline.steady.title}>
          <Lines label="Hypothesis" lines={outline.steady.probes} />
          <p className="cap ink3">
            It must hold before, or nothing is hurt, and after. Watched all the while: {outline.watched}.
          </p>
        </Band>
        <Band title="Method" about="in this order">
          <Lines label="Method" lines={outline.method} />
        </Band>
        <Band title="Guards" about="each ends the run when it leaves its bounds">
          {outline.guards.length > 0 ? (
            <Lines label="Guards" lines={outline.guards} />
          ) : (
            <p className="degraded">None: only its time ends this one.</p>
          )}
        </Band>
        <Band title="Rollback" about="every end is read back">
          <ul className="stack cap ink2" style={{ gap: 4 }}>
            {outline.undone.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </Band>
        {outline.budget.length > 0 ? (
          <Band title="Budget" about="broken, the run is deviated">
            <p className="cap ink2">{outline.budget.join('; ')}</p>
          </Band>
        ) : null}
        {spec.ablations.length > 0 ? (
          <Band title="Run unprotected" about="the protections that it goes without, put back at its end">
            <ul className="stack cap ink2" style={{ gap: 4 }}>
              {spec.ablations.map(({ service, protection, hurts }) => (
                <li key={`${service}/${protection}`}>
                  <b className="ink1">
                    {protection} in {service}
                  </b>
                  : {hurts}
                </li>
              ))}
            </ul>
          </Band>
        ) : null}
      </div>
    </>
  );
}

/** /chaos/library/:id: everything about an experiment before it runs. */
export function ExperimentPage({ id }: { id: string }) {
  const now = useNow();
  const experiments = useExperiments();
  const runs = useRuns();
  const found = experiments.data?.experiments.find((one) => one.id === id);
  const [card] = found ? experimentCards([found], runs.data?.runs ?? []) : [];
  return (
    <Page
      title={found?.spec.title ?? 'Experiment'}
      about={<span className="mono">{id}</span>}
      facts={card ? <LastVerdict last={card.last} now={now} /> : undefined}
      actions={
        <>
          <RangeLink href="/chaos">All experiments</RangeLink>
          {found ? (
            <RangeLink href={`/chaos/edit?copy=${encodeURIComponent(id)}`}>Edit a copy</RangeLink>
          ) : null}
        </>
      }
    >
      <QueryState query={experiments} rows={12}>
        {() =>
          found ? (
            <Outline id={id} spec={found.spec} />
          ) : (
            <Empty
              title={`There is no experiment ${id}`}
              action={<RangeLink href="/chaos">See those there are</RangeLink>}
            >
              Its file was taken away or renamed, or it has a mistake: the page Chaos names files that cannot
              be read.
            </Empty>
          )
        }
      </QueryState>
    </Page>
  );
}
