import type { DryRun } from '../../../live/editor-answers.ts';
import { count, percent } from '../../../ui/format.ts';
import { CrystalGlyph } from '../../../ui/glyphs/crystal.tsx';
import styles from '../editor.module.css';

type DryFault = DryRun['faults'][number];

/** `about 120 calls, 3 % of all, judged by 600 in 300 s`. */
function reachWords(reach: DryFault['reach']): string {
  if (reach === null) return 'nothing is known of its reach: no call was seen yet';
  if (reach.basis === 0) return `nobody called it in the last ${reach.seconds} s`;
  const { calls, share, basis, seconds } = reach;
  return `about ${count(calls)} calls, ${percent(share)} of all; by ${count(basis)} in ${seconds} s`;
}

function Fault({ fault }: { fault: DryFault }) {
  const { activity, title, targets, reach, error } = fault;
  return (
    <li>
      <b className="fault">
        <CrystalGlyph r={5} /> {title}
      </b>
      <div className="ink2">{activity}</div>
      {error ? (
        <div className="failing">
          {error.message}. <span className="ink2">{error.next}</span>
        </div>
      ) : (
        <div className="ink2">on {targets.map(({ instance }) => instance).join(', ')}</div>
      )}
      <div className="ink3">{reachWords(reach)}</div>
    </li>
  );
}

type Reading = DryRun['guards'][number];

function toneOf(ok: boolean | null): { tone: string; word: string } {
  if (ok === null) return { tone: 'unknown', word: 'unknown' };
  return ok ? { tone: 'ok', word: 'holds' } : { tone: 'failing', word: 'does not hold' };
}

function Readings({ label, readings, none }: { label: string; readings: readonly Reading[]; none: string }) {
  return (
    <>
      <h3>{label}</h3>
      {readings.length === 0 ? <p className="cap degraded">{none}</p> : null}
      <ul className={styles.rows} aria-label={label}>
        {readings.map(({ name, ok, says }) => {
          const { tone, word } = toneOf(ok);
          return (
            <li key={name}>
              {name} <b className={tone}>{word}</b>
              <div className="ink3">{says}</div>
            </li>
          );
        })}
      </ul>
    </>
  );
}

/** What would happen if it ran now; nothing is hurt to find out. */
export function DryRunSection({ dry, old }: { dry: DryRun; old: boolean }) {
  return (
    <section aria-label="Dry run">
      <h2>
        Dry run <span className="ink3 cap">{old ? 'of the last valid text' : 'now, hurting nothing'}</span>
      </h2>
      <h3>Would hurt</h3>
      {dry.faults.length === 0 ? <p className="cap ink2">The method arms no fault.</p> : null}
      <ul className={styles.rows} aria-label="Would hurt">
        {dry.faults.map((fault) => (
          <Fault key={fault.index} fault={fault} />
        ))}
        {dry.others.map(({ activity, index, says, ok }) => (
          <li key={index}>
            {activity}
            <div className={ok ? 'ink2' : 'failing'}>{says}</div>
          </li>
        ))}
      </ul>
      <Readings label="Hypothesis now" readings={dry.hypothesis} none="" />
      <Readings label="Guards now" readings={dry.guards} none="No guard: only its time would end it." />
    </section>
  );
}
