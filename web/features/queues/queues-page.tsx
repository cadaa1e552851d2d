'use client';
import { useMemo } from 'react';
import { useUrlState } from '../../live/url-state.ts';
import { useWindow } from '../../live/use-window.ts';
import { Boundary } from '../../ui/boundary.tsx';
import { Empty } from '../../ui/empty.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { count, plural } from '../../ui/format.ts';
import { Page } from '../../ui/page.tsx';
import { SegmentedControl } from '../../ui/segmented-control.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { DeadDrawer } from './dead-drawer.tsx';
import { DEPTH_MS, faultsOn, type QueueCard, queueCards } from './model.ts';
import { useQueueRows } from './queries.ts';
import { QueueCardView } from './queue-card.tsx';
import { CHARTS, type ChartName } from './queue-series.ts';
import styles from './queues.module.css';

/** Null: not known yet. */
function Facts({ cards }: { cards: QueueCard[] | null }) {
  const sum = (of: (card: QueueCard) => number) => cards?.reduce((n, c) => n + of(c), 0);
  const stuck = sum((c) => (c.trouble === 'stuck' ? 1 : 0));
  const dead = sum((c) => c.sample.dead);
  return (
    <>
      <span className="queue">
        <b>{count(sum((c) => c.depth))}</b> waiting
      </span>
      <span className={stuck ? 'open' : undefined}>
        <b>{count(stuck)}</b> not draining
      </span>
      <span className={dead ? 'failing' : undefined}>
        <b>{count(dead)}</b> dead
      </span>
    </>
  );
}

function Nothing() {
  return (
    <Empty title="No queue has been measured yet" command="npm start">
      The queue agent reads depth, age and rates from outside producer and consumer, once a second. It starts
      with the sample shop; for your own broker give it BROKER_URL and QUEUES.
    </Empty>
  );
}

/** /queues: a tank a queue, and the dead letters of one at the right. */
export function QueuesPage() {
  const { timeline, at, loading, error } = useWindow();
  const [dead, setDead] = useUrlState<string>('dead', '');
  const [chart, setChart] = useUrlState<ChartName>('chart', 'depth');
  const rows = useQueueRows();
  const cards = useMemo(() => queueCards(timeline, at), [timeline, at]);
  const offered = (queue: string) => rows.data?.queues.find((q) => q.queue === queue)?.actions ?? [];
  const chosen = cards.find((c) => c.queue === dead);
  const aside = chosen ? (
    <DeadDrawer
      key={chosen.queue}
      queue={chosen.queue}
      dead={chosen.sample.dead}
      offered={offered(chosen.queue)}
      close={() => setDead(null)}
    />
  ) : null;
  return (
    <Page
      title="Queues"
      about={`${loading ? '' : `${plural(cards.length, 'queue')}, `}the last 2 min, dashed is predicted`}
      facts={<Facts cards={loading ? null : cards} />}
      actions={
        <SegmentedControl label="Chart on each card" options={CHARTS} value={chart} onChange={setChart} />
      }
      aside={aside}
    >
      {error ? <ErrorNote error={error} /> : null}
      <div className={styles.room}>
        <div className={styles.grid}>
          {cards.map((card) => (
            <Boundary key={card.queue} what={`Queue ${card.queue}`}>
              <QueueCardView
                card={card}
                at={at}
                offered={offered(card.queue)}
                faults={faultsOn(timeline.faults, card.queue, at - DEPTH_MS, at)}
                chart={chart}
                openDead={() => setDead(card.queue)}
              />
            </Boundary>
          ))}
        </div>
      </div>
      {cards.length === 0 && loading ? <Skeleton height={220} /> : null}
      {cards.length === 0 && !loading && !error ? <Nothing /> : null}
    </Page>
  );
}
