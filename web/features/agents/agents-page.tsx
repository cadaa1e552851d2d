'use client';
import { useUrlState } from '../../live/url-state.ts';
import { useLiveState, useNow } from '../../live/use-window.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { ago, count } from '../../ui/format.ts';
import { list } from '../../ui/list.ts';
import { ListTable } from '../../ui/list-table.tsx';
import { Band, Page } from '../../ui/page.tsx';
import { QueryState } from '../../ui/query-state.tsx';
import { SegmentedControl } from '../../ui/segmented-control.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { Tag } from '../../ui/tag.tsx';
import styles from './agents.module.css';
import { CollectorFigures } from './collector-figures.tsx';
import { type AgentRow, agentRows, kindWords } from './model.ts';
import { useCollector, useHealth } from './queries.ts';
import { ResilienceBand } from './resilience-band.tsx';
import { type Endpoints, snippets } from './snippets.ts';

function Row({ row, now }: { row: AgentRow; now: number }) {
  return (
    <tr>
      <td>
        <b>{row.service}</b> <span className="ink3">{row.instance}</span>
      </td>
      <td>
        <Tag hue={row.connected ? 'ok' : 'unknown'}>{row.connected ? 'Connected' : 'Lost'}</Tag>
      </td>
      <td>{kindWords(row.kind)}</td>
      <td className={list.num}>{row.pid}</td>
      <td>{row.version}</td>
      <td className={row.chaosAllowed ? 'fault' : 'ink3'}>{row.chaosAllowed ? 'allowed' : 'refused'}</td>
      <td>
        <div className={styles.many}>{row.hurts.length > 0 ? row.hurts.join('; ') : 'nothing'}</div>
      </td>
      <td>
        <div className={`${styles.many} mono`}>
          {row.controls.length > 0 ? row.controls.join(', ') : 'none'}
        </div>
      </td>
      <td className={list.num}>{row.leases}</td>
      <td
        className={`${list.num} ${row.droppedTotal > 0 ? 'degraded strong' : ''}`}
        title={row.dropped.map((d) => `${d.name} ${d.count}`).join(', ')}
      >
        {count(row.droppedTotal)}
      </td>
      <td
        className={list.num}
        title={row.scopesRefused.map((d) => `${d.name.replaceAll('_', ' ')} ${d.count}`).join(', ')}
      >
        {count(row.scopesRefused.reduce((n, d) => n + d.count, 0))}
      </td>
      <td className={list.num}>{row.connected ? 'now' : ago(row.lastSeenAt, now)}</td>
    </tr>
  );
}

const COLUMNS = [
  'Service',
  'State',
  'Sits',
  { head: 'Pid', look: 'num' },
  'Version',
  'Chaos',
  'Can inject',
  'Controls',
  { head: 'Leases', look: 'num' },
  { head: 'Dropped', look: 'num' },
  { head: 'Scopes refused', look: 'num' },
  { head: 'Last seen', look: 'num' },
] as const;

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
  const connected = rows.filter((r) => r.connected).length;
  const dropped = rows.reduce((n, r) => n + r.droppedTotal, 0);
  return (
    <Page
      title="Agents"
      about={
        live
          ? `${connected} connected, ${rows.filter((r) => r.chaosAllowed).length} allow chaos, ${count(dropped)} records dropped`
          : 'who observes and what each can hurt'
      }
    >
      {live === null ? <Skeleton height={240} /> : null}
      {rows.length > 0 ? (
        <ListTable label="Agents" columns={COLUMNS}>
          {rows.map((row) => (
            <Row key={row.agentId} row={row} now={now} />
          ))}
        </ListTable>
      ) : null}
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
