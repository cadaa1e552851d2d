'use client';
import { useUrlState } from '../../live/url-state.ts';
import { useLiveState, useNow } from '../../live/use-window.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Band, Page } from '../../ui/page.tsx';
import { QueryState } from '../../ui/query-state.tsx';
import { SegmentedControl } from '../../ui/segmented-control.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import styles from './agents.module.css';
import { AgentsTable } from './agents-table.tsx';
import { CollectorFigures } from './collector-figures.tsx';
import { aboutWords, agentRows } from './model.ts';
import { useCollector, useHealth } from './queries.ts';
import { ResilienceBand } from './resilience-band.tsx';
import { type Endpoints, snippets } from './snippets.ts';

function Attach({ endpoints }: { endpoints: Endpoints }) {
  const all = snippets(endpoints);
  const [chosen, setChosen] = useUrlState<string>('attach', 'node');
  const snippet = all.find((s) => s.id === chosen) ?? all[0];
  if (!snippet) return null;
  return (
    <>
      <div className={styles.pick}>
        <SegmentedControl
          label="Language"
          size="sm"
          options={all.map((s) => ({ value: s.id, label: s.title }))}
          value={snippet.id}
          onChange={setChosen}
        />
        <CopyButton key={snippet.id} text={snippet.code} name={snippet.title} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll, so the keyboard must reach them */}
      <pre className={styles.snippet} tabIndex={0}>
        {snippet.code}
      </pre>
      <p className="ink2">{snippet.gives}</p>
    </>
  );
}

function endpointsOf(health: { otlpHttp: string | null; otlpGrpc: string | null }): Endpoints {
  const host = window.location.hostname;
  return {
    otlpHttp: health.otlpHttp ?? `http://${host}:4318`,
    otlpGrpc: health.otlpGrpc ?? `http://${host}:4317`,
    hub: window.location.origin,
  };
}

/** /agents: who is connected, what each can hurt, and how to attach another. */
export function AgentsPage() {
  const live = useLiveState();
  const now = useNow();
  const health = useHealth();
  const collector = useCollector();
  const rows = live ? agentRows(live.agents) : [];
  return (
    <Page title="Agents" about={live ? aboutWords(rows) : 'who observes and what each can hurt'}>
      {live === null ? <Skeleton height={240} /> : null}
      {rows.length > 0 ? <AgentsTable rows={rows} now={now} /> : null}
      {live !== null && rows.length === 0 ? (
        <Empty title="No agent is connected" command="npm start">
          The agent lives in the process of a service and is the only thing that can hurt it. Attach one with
          the lines below.
        </Empty>
      ) : null}
      {live ? <ResilienceBand agents={live.agents} /> : null}
      <Band title="Collector" about="since its start">
        <QueryState query={collector} rows={3}>
          {(figures) => <CollectorFigures figures={figures} />}
        </QueryState>
      </Band>
      <Band title="Attach your service" about="real addresses of this installation">
        <QueryState query={health} rows={4}>
          {(data) => <Attach endpoints={endpointsOf(data)} />}
        </QueryState>
      </Band>
    </Page>
  );
}
