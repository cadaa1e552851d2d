'use client';
import type { ComparedPart, ComparedSide, Comparison } from '@stormglass/chaos/contract';
import { setUrlState, useUrlState } from '../../live/url-state.ts';
import { verdictWords } from '../../live/verdict-words.ts';
import { Button } from '../../ui/button.tsx';
import { clock, dateTime } from '../../ui/format.ts';
import { Page } from '../../ui/page.tsx';
import { QueryState } from '../../ui/query-state.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import { SegmentedControl } from '../../ui/segmented-control.tsx';
import { Tag } from '../../ui/tag.tsx';
import { differs, summaryOf } from './model.ts';
import { PickRun } from './pick-run.tsx';
import { useComparison } from './queries.ts';
import styles from './run-compare.module.css';
import { RecoveryTable, RowsTable } from './tables.tsx';

const PARTS: readonly { value: ComparedPart; label: string }[] = [
  { value: 'before', label: 'Before' },
  { value: 'fault', label: 'While it hurt' },
  { value: 'after', label: 'After' },
];
const VIEWS = [
  { value: 'differences', label: 'Differences' },
  { value: 'all', label: 'All' },
] as const;
type View = (typeof VIEWS)[number]['value'];

function Side({ name, side }: { name: 'A' | 'B'; side: ComparedSide }) {
  const words = verdictWords(side.verdict);
  return (
    <section className={styles.side} data-which={name.toLowerCase()} aria-label={`Run ${name}`}>
      <b className={styles.letter}>{name}</b>
      <div className="stack" style={{ minWidth: 0 }}>
        <span className="row" style={{ flexWrap: 'wrap', gap: '0 8px' }}>
          <RangeLink href={`/chaos/runs/${side.runId}`}>{side.title}</RangeLink>
          <Tag hue={words.tone} title={words.means}>
            {words.title}
          </Tag>
          {side.unprotected ? <Tag hue="failing">unprotected</Tag> : null}
        </span>
        <span className="cap ink2">
          {dateTime(side.from)} to {clock(side.to)}, seed {side.seed}
        </span>
      </div>
    </section>
  );
}

function Result({ comparison }: { comparison: Comparison }) {
  const [view, setView] = useUrlState<View>('show', 'differences');
  const { rows } = comparison;
  return (
    <>
      <div className={styles.sides}>
        <Side name="A" side={comparison.a} />
        <Side name="B" side={comparison.b} />
      </div>
      <div className={styles.tools}>
        <SegmentedControl label="Show" size="sm" options={VIEWS} value={view} onChange={setView} />
        <span>{summaryOf(comparison)}</span>
      </div>
      <div className={styles.columns}>
        <section>
          <h2>Every edge and operation, A → B</h2>
          <RowsTable rows={view === 'all' ? rows : rows.filter(differs)} />
          <p className="cap ink3">* below 0.05, ** below 0.01, *** below 0.001, after the correction</p>
        </section>
        <section>
          <h2>Recovery</h2>
          <RecoveryTable figures={comparison.figures} />
          <ul className={styles.method} aria-label="How it was tested">
            {comparison.method.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </section>
      </div>
    </>
  );
}

function Chosen({ a, b }: { a: string; b: string }) {
  const [part, setPart] = useUrlState<ComparedPart>('part', 'fault');
  const query = useComparison(a, b, part);
  return (
    <>
      <div className={styles.tools}>
        <SegmentedControl
          label="Part of the runs"
          size="sm"
          options={PARTS}
          value={part}
          onChange={setPart}
        />
      </div>
      <QueryState query={query} rows={16}>
        {(comparison) => <Result comparison={comparison} />}
      </QueryState>
    </>
  );
}

/** /chaos/compare?a&b: two runs on every edge and operation, with what differs by more than chance. */
export function CompareRunsPage() {
  const [a] = useUrlState<string>('a', '');
  const [b] = useUrlState<string>('b', '');
  const actions = (
    <>
      {a !== '' && b !== '' ? (
        <>
          <Button size="sm" onClick={() => setUrlState({ a: b, b: a })}>
            Swap A and B
          </Button>
          <Button size="sm" onClick={() => setUrlState({ b: null })}>
            Another B
          </Button>
        </>
      ) : null}
      <RangeLink href="/chaos">All experiments</RangeLink>
    </>
  );
  return (
    <Page title="Compare runs" actions={actions}>
      {a === '' || b === '' ? <PickRun a={a} /> : <Chosen a={a} b={b} />}
    </Page>
  );
}
