import type { Run } from '@stormglass/chaos/contract';
import { toleranceWords } from '../../live/tolerance-words.ts';
import { clock, durationText } from '../../ui/format.ts';
import { CheckIcon } from '../../ui/icons.tsx';
import chaos from './chaos.module.css';
import { guardShare } from './guard-share.ts';
import type { ActivityRow, GuardRow, PhaseStep, RunProgress } from './progress.ts';
import styles from './run.module.css';

const MARK: Record<PhaseStep['state'], string> = { done: '●', now: '◐', waiting: '○', skipped: '–' };

export function Phases({ phases }: { phases: PhaseStep[] }) {
  return (
    <ol className={chaos.phases} aria-label="Phases">
      {phases.map((p) => (
        <li key={p.phase} data-state={p.state} aria-current={p.state === 'now' ? 'step' : undefined}>
          <span aria-hidden="true">{MARK[p.state]}</span>
          {p.title}
          {p.from !== null && p.to !== null ? (
            <span className="ink3">{durationText(p.to - p.from)}</span>
          ) : null}
          <span className="visually-hidden">{p.state}</span>
        </li>
      ))}
    </ol>
  );
}

function Activity({ row }: { row: ActivityRow }) {
  const tone = row.ok === null ? 'ink2' : row.ok ? 'ok' : 'failing';
  return (
    <li>
      <span className={tone} style={{ width: 12, flex: 'none' }}>
        {row.ok === null ? '…' : row.ok ? <CheckIcon /> : '×'}
      </span>
      <span className="ink3">{row.kind}</span>
      <span className={styles.output} title={row.output}>
        {row.name}
        {row.times > 1 ? <span className="ink3"> {row.times} times</span> : null}
        {row.output === '' ? null : <span className="ink2"> {row.output}</span>}
      </span>
      <span className="ink3 mono">{clock(row.startedAt)}</span>
    </li>
  );
}

function Guard({ row, run }: { row: GuardRow; run: Run }) {
  const tolerance = run.experiment.guards.find((g) => g.name === row.name)?.tolerance;
  const share = guardShare(row.value, tolerance);
  const value = row.value === null ? 'unknown' : String(Number(row.value.toPrecision(3)));
  return (
    <div className={styles.guard}>
      <span>{row.name}</span>
      <span className={styles.gauge} data-high={row.tripped || (share ?? 0) > 0.8 ? '' : undefined}>
        <i style={{ width: `${(share ?? 0) * 100}%` }} />
      </span>
      <span className={row.tripped ? 'failing strong' : undefined}>
        {value}, allowed {toleranceWords(tolerance)}
        {row.tripped ? ', tripped' : ''}
      </span>
    </div>
  );
}

function Deviations({ progress, end, over }: { progress: RunProgress; end: number; over: boolean }) {
  return (
    <section>
      <h2>Deviations</h2>
      {progress.deviations.length === 0 ? <p className="ink3 cap">No probe was out of tolerance.</p> : null}
      <ul className={styles.rows}>
        {progress.deviations.map((d) => (
          <li key={`${d.name}${d.from}`}>
            <span style={{ flex: 1, minWidth: 0 }}>
              <b className="failing">{d.name}</b>{' '}
              <span className="ink3">
                {clock(d.from, 1)} to {d.to === null ? (over ? 'the end' : 'now') : clock(d.to, 1)},{' '}
                {d.output}
              </span>
            </span>
            <span>{durationText(Math.max(0, (d.to ?? end) - d.from))}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Below the anatomy: what was done and asked, what left its bounds, and how near the guards were. */
export function RunBottom({ run, progress, now }: { run: Run; progress: RunProgress; now: number }) {
  const tripped = progress.guards.filter((g) => g.tripped).length;
  return (
    <div className={styles.bottom}>
      <section>
        <h2>Activities and probes</h2>
        {progress.activities.length === 0 ? <p className="ink3 cap">None has started yet.</p> : null}
        <ul className={styles.rows}>
          {progress.activities.map((a) => (
            <Activity key={a.key} row={a} />
          ))}
        </ul>
      </section>
      <Deviations progress={progress} end={run.endedAt ?? now} over={run.endedAt !== null} />
      <section>
        <h2>Guards, {tripped === 0 ? 'none tripped' : `${tripped} tripped`}</h2>
        {progress.guards.length === 0 ? <p className="ink3 cap">No guard has been read yet.</p> : null}
        {progress.guards.map((g) => (
          <Guard key={g.name} row={g} run={run} />
        ))}
      </section>
    </div>
  );
}
