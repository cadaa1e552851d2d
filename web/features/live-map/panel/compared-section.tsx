import { ErrorNote } from '../../../ui/error-note.tsx';
import { clock, durationText, percent, rateText } from '../../../ui/format.ts';
import { Section } from '../../../ui/panel.tsx';
import { hueColor } from '../../../ui/state.ts';
import styles from '../map.module.css';
import { type Change, changeWords, signed } from '../model/compare.ts';
import type { Compared } from '../use-baseline.ts';

interface Row {
  name: string;
  base: string;
  now: string;
  delta: string;
}

function rowsOf({ now, base, delta }: Change): Row[] {
  return [
    { name: 'Rate', base: rateText(base.rate), now: rateText(now.rate), delta: signed(delta.rate, rateText) },
    {
      name: 'Failed',
      base: percent(base.errorRatio),
      now: percent(now.errorRatio),
      delta: signed(delta.errorRatio, percent),
    },
    {
      name: 'p95',
      base: durationText(base.p95Ms),
      now: durationText(now.p95Ms),
      delta: signed(delta.p95Ms, durationText),
    },
  ];
}

function Figures({ change }: { change: Change }) {
  return (
    <table className={styles.compared} aria-label="Now and in the baseline">
      <thead>
        <tr>
          <th scope="col" aria-label="Figure" />
          <th scope="col">baseline</th>
          <th scope="col">now</th>
          <th scope="col">change</th>
        </tr>
      </thead>
      <tbody>
        {rowsOf(change).map(({ name, base, now, delta }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{base}</td>
            <td>{now}</td>
            <td className="strong">{delta}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What was chosen, now and in the baseline. */
export function ComparedSection({ compared, change }: { compared: Compared; change: Change | null }) {
  const { ranges, changes, error } = compared;
  if (!ranges) return null;
  const said = change ? changeWords(change) : null;
  return (
    <Section title="Against the baseline" aside={`${clock(ranges.base.from)} to ${clock(ranges.base.to)}`}>
      {error ? <ErrorNote error={error} /> : null}
      {!changes && !error ? <p className="cap ink3">Comparing.</p> : null}
      {changes && !change ? <p className="cap ink3">No calls of it in either range.</p> : null}
      {said ? (
        <p className="cap strong" style={{ color: hueColor(said.hue) }}>
          {said.mark} {said.words}
        </p>
      ) : null}
      {change ? <Figures change={change} /> : null}
    </Section>
  );
}
