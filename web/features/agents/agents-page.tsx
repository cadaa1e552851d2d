'use client';
import { useLiveState, useNow } from '../../live/use-window.ts';
import { Empty } from '../../ui/empty.tsx';
import { Band, Page } from '../../ui/page.tsx';
import { QueryState } from '../../ui/query-state.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { AgentsTable } from './agents-table.tsx';
import { CollectorFigures } from './collector-figures.tsx';
import { aboutWords, agentRows } from './model.ts';
import { useCollector } from './queries.ts';
import { ResilienceBand } from './resilience-band.tsx';

/** /agents: who is connected and what each can hurt. */
export function AgentsPage() {
  const live = useLiveState();
  const now = useNow();
  const collector = useCollector();
  const rows = live ? agentRows(live.agents) : [];
  return (
    <Page
      title="Agents"
      about={live ? aboutWords(rows) : 'who observes and what each can hurt'}
      actions={<RangeLink href="/attach">Attach your service</RangeLink>}
    >
      {live === null ? <Skeleton height={240} /> : null}
      {rows.length > 0 ? <AgentsTable rows={rows} now={now} /> : null}
      {live !== null && rows.length === 0 ? (
        <Empty
          title="No agent is connected"
          command="npm start"
          action={<RangeLink href="/attach">Attach your own service</RangeLink>}
        >
          The agent lives in the process of a service and is the only thing that can hurt it. The command
          starts the sample shop with its agents.
        </Empty>
      ) : null}
      {live ? <ResilienceBand agents={live.agents} /> : null}
      <Band title="Collector" about="since its start">
        <QueryState query={collector} rows={3}>
          {(figures) => <CollectorFigures figures={figures} />}
        </QueryState>
      </Band>
    </Page>
  );
}
