'use client';
import type { CellFigures, CellResult, JourneyCount, Sweep } from '@stormglass/chaos/contract';
import { Button } from '../../ui/button.tsx';
import { download } from '../../ui/download.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import { clock, durationText } from '../../ui/format.ts';
import { KeyValue } from '../../ui/key-value.tsx';
import { Panel, Section } from '../../ui/panel.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import { Tag } from '../../ui/tag.tsx';
import { STATES } from './model.ts';
import { useExportCell } from './queries.ts';
import styles from './sweep.module.css';

interface Props {
  sweep: Sweep;
  cellId: string;
  close: () => void;
  /** Tries the cell again, in a sweep of its own. */
  again: (cellId: string) => void;
  busy: boolean;
}

/** What is known of one square: its verdict, its figures, its trace, and what can be done with it. */
export function CellPanel({ sweep, cellId, close, again, busy }: Props) {
  const square = sweep.heat.cells.find(({ id }) => id === cellId);
  const result = sweep.results.findLast((one) => one.cellId === cellId);
  const cell = sweep.plan.cells.find(({ id }) => id === cellId);
  if (square === undefined) return null;
  const column = sweep.heat.columns.find(({ id }) => id === square.column);
  const words = STATES[square.state];
  return (
    <Panel
      label="Cell"
      title={square.row}
      subtitle={`${column?.title ?? ''}, ${column?.position ?? ''}`}
      onClose={close}
    >
      <Section>
        <div className={styles.verdict}>
          <Tag hue={words.hue} title={words.means}>
            {words.title}
          </Tag>
          <p>{square.why}</p>
        </div>
      </Section>
      {result ? <Result result={result} /> : null}
      {cell ? (
        <Section title="Judged by" aside={`${Math.round(cell.perMinute)} a minute`}>
          <ul>
            {cell.journeys.map(({ service, operation }) => (
              <li key={`${service} ${operation}`}>
                {operation} <span className="ink3">of {service}</span>
              </li>
            ))}
          </ul>
          <p className="ink3 cap">{cell.why}</p>
        </Section>
      ) : null}
      {cell ? <Acts sweep={sweep} cellId={cellId} again={again} busy={busy} /> : null}
    </Panel>
  );
}

function Result({ result }: { result: CellResult }) {
  const { figures, exampleTraceId, injections, reverted, readBack, startedAt, endedAt } = result;
  return (
    <>
      {figures ? <Figures figures={figures} /> : null}
      <Section title="The fault">
        <KeyValue
          rows={[
            ['Tried', `${clock(startedAt)}, for ${durationText(endedAt - startedAt)}`],
            ['Injected', `${injections} times`],
            [
              'Read back',
              reverted === null ? 'never armed' : `${reverted ? 'gone' : 'NOT REVERTED'}: ${readBack}`,
            ],
            [
              'Trace',
              exampleTraceId === null ? (
                'none came in'
              ) : (
                <RangeLink key="trace" href={`/traces/${exampleTraceId}`}>
                  <span className="mono">{exampleTraceId.slice(0, 16)}</span>
                </RangeLink>
              ),
            ],
          ]}
        />
      </Section>
    </>
  );
}

const times = (evidence: number, needed: number) =>
  `${evidence >= 1e6 ? 'over a million' : evidence.toFixed(evidence < 10 ? 1 : 0)} (${Math.round(needed)} is enough)`;
const points = ([low, high]: readonly [number, number]) =>
  `${(low * 100).toFixed(1)} to ${(high * 100).toFixed(1)} points`;

function Figures({ figures }: { figures: CellFigures }) {
  const { variant, control, before, evidence, needed, excessFailed, excessSlow, slowLimitMs, sagas } =
    figures;
  const groups: [string, JourneyCount][] = [
    ['With the fault', variant],
    ['Without', control],
    ['Before', before],
  ];
  return (
    <>
      <Section title="Journeys" aside={`slow is over ${Math.round(slowLimitMs)} ms`}>
        <table className={styles.groups}>
          <thead>
            <tr>
              <th>Group</th>
              <th>All</th>
              <th>Failed</th>
              <th>Slow</th>
              <th>p95 ms</th>
            </tr>
          </thead>
          <tbody>
            {groups.map(([name, { journeys, failed, slow, p95Ms }]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{journeys}</td>
                <td>{failed}</td>
                <td>{slow}</td>
                <td>{p95Ms === null ? '–' : Math.round(p95Ms)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Section>
      <Section title="Evidence" aside="however often one looks">
        <KeyValue
          rows={[
            ['More fail', times(evidence.failed, needed)],
            ['More are slow', times(evidence.slow, needed)],
            ['It spills over', times(evidence.spill, needed)],
            ['Sagas end worse', times(evidence.sagas, needed)],
            ['Failing more by', points(excessFailed)],
            ['Slow more by', points(excessSlow)],
            ['Sagas', `${sagas.variant.ended} with the fault, ${sagas.control.ended} without`],
          ]}
        />
      </Section>
    </>
  );
}

function Acts({ sweep, cellId, again, busy }: Omit<Props, 'close'>) {
  const exporting = useExportCell(sweep.id);
  const save = (as: 'experiment' | 'playwright') =>
    exporting.mutate(
      { cell: cellId, as },
      { onSuccess: ({ name, text }) => download(name, text, 'text/plain') },
    );
  return (
    <Section>
      <div className={styles.acts}>
        <Button size="sm" variant="fault" disabled={busy} onClick={() => again(cellId)}>
          Try again
        </Button>
        <Button size="sm" onClick={() => save('experiment')}>
          Export experiment
        </Button>
        <Button size="sm" onClick={() => save('playwright')}>
          Export Playwright test
        </Button>
      </div>
      {exporting.error ? <ErrorNote error={exporting.error} /> : null}
    </Section>
  );
}
