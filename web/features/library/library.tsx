'use client';
import { useUrlState } from '../../live/url-state.ts';
import { useBlocked } from '../../live/use-blocked.ts';
import { useRuns } from '../../live/use-runs.ts';
import { useNow } from '../../live/use-window.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { plural } from '../../ui/format.ts';
import { list } from '../../ui/list.ts';
import { Band } from '../../ui/page.tsx';
import { QueryState } from '../../ui/query-state.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import { ExperimentCardView } from './experiment-card.tsx';
import styles from './library.module.css';
import { type ExperimentCard, experimentCards, found } from './model.ts';
import { useExperiments } from './queries.ts';

function Cards({ title, about, cards }: { title: string; about: string; cards: ExperimentCard[] }) {
  const now = useNow();
  const blocked = useBlocked();
  if (cards.length === 0) return null;
  return (
    <Band title={title} about={about}>
      <div className={styles.cards}>
        {cards.map((card) => (
          <ExperimentCardView key={card.id} card={card} now={now} blocked={blocked} />
        ))}
      </div>
    </Band>
  );
}

function Shelves({ cards }: { cards: ExperimentCard[] }) {
  const [find, setFind] = useUrlState<string>('find', '');
  const shown = found(cards, find);
  return (
    <search aria-label="Experiments">
      <div className="row" style={{ flexWrap: 'wrap' }}>
        <input
          className={list.field}
          style={{ flex: '0 1 320px' }}
          type="search"
          value={find}
          placeholder="A service, a fault, a word of the story"
          aria-label="Search experiments"
          onChange={(e) => setFind(e.target.value)}
        />
        <span className="cap ink3" role="status">
          {find === '' ? plural(cards.length, 'experiment') : `${shown.length} of ${cards.length}`}
        </span>
      </div>
      <Cards
        title="Presets"
        about="ten ways in which distributed systems fail, each with the protection that cures it"
        cards={shown.filter(({ preset }) => preset)}
      />
      <Cards title="More experiments" about="" cards={shown.filter(({ preset }) => !preset)} />
      {shown.length === 0 ? (
        <Empty
          title={`No experiment has ${find}`}
          action={<Button onClick={() => setFind(null)}>Show all</Button>}
        >
          Search for a service, a kind of fault or a word of the story; or write an experiment of your own.
        </Empty>
      ) : null}
    </search>
  );
}

/** The experiments that are files: presets first, searched, each with its story and its button. */
export function Library() {
  const experiments = useExperiments();
  const runs = useRuns();
  return (
    <QueryState query={experiments} rows={4} rowHeight={110}>
      {(data) => (
        <>
          {data.experiments.length === 0 ? (
            <Empty
              title="No experiment file was found"
              action={<RangeLink href="/chaos/edit">Write one</RangeLink>}
            >
              Put a YAML file in the Chaos Toolkit format into chaos/experiments, or write one here and save
              it there.
            </Empty>
          ) : (
            <Shelves cards={experimentCards(data.experiments, runs.data?.runs ?? [])} />
          )}
          {data.problems.map((p) => (
            <p key={p.file} className="failing cap">
              {p.file}: {p.message}{' '}
              <RangeLink href={`/chaos/edit?copy=${encodeURIComponent(p.file.replace(/\.\w+$/, ''))}`}>
                Open it in the editor
              </RangeLink>
            </p>
          ))}
        </>
      )}
    </QueryState>
  );
}
