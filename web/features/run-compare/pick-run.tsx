'use client';
import type { RunSummary } from '@stormglass/chaos/contract';
import { useRuns } from '../../live/use-runs.ts';
import { verdictWords } from '../../live/verdict-words.ts';
import { Empty } from '../../ui/empty.tsx';
import { dateTime } from '../../ui/format.ts';
import { list } from '../../ui/list.ts';
import { ListTable } from '../../ui/list-table.tsx';
import { QueryState } from '../../ui/query-state.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import { Tag } from '../../ui/tag.tsx';

const COLUMNS = ['Started', 'Run', 'Verdict', { head: 'Seed', look: 'num' }] as const;

/** Runs that have ended, those of the same experiment first; each group the newest first. */
export function others(runs: readonly RunSummary[], chosen: string): RunSummary[] {
  const same = runs.find(({ id }) => id === chosen)?.experimentId;
  const ended = runs.filter(({ id, endedAt }) => id !== chosen && endedAt !== null);
  const alike = (run: RunSummary) => run.experimentId === same;
  return [...ended.filter(alike), ...ended.filter((run) => !alike(run))];
}

function Row({ run, href }: { run: RunSummary; href: string }) {
  const words = verdictWords(run.verdict);
  return (
    <tr>
      <td>{dateTime(run.startedAt)}</td>
      <td className={list.wide} style={{ minWidth: 160 }}>
        <RangeLink href={href}>{run.title}</RangeLink>
      </td>
      <td>
        <Tag hue={words.tone}>{words.title}</Tag>
      </td>
      <td className={list.num}>
        {run.seed}
        {run.unprotected ? ' (unprotected)' : ''}
      </td>
    </tr>
  );
}

/** Which run to compare, or to compare with once there is an `a`. */
export function PickRun({ a }: { a: string }) {
  const query = useRuns();
  const href = (id: string) => (a === '' ? `/chaos/compare?a=${id}` : `/chaos/compare?a=${a}&b=${id}`);
  return (
    <section>
      <h2>{a === '' ? 'Which run? The newest first' : 'With which? Runs of the same experiment first'}</h2>
      <QueryState query={query} rows={8}>
        {({ runs }) => {
          const found = others(runs, a);
          if (found.length > 0) {
            return (
              <ListTable label="Runs to compare" columns={COLUMNS}>
                {found.map((run) => (
                  <Row key={run.id} run={run} href={href(run.id)} />
                ))}
              </ListTable>
            );
          }
          return (
            <Empty
              title={a === '' ? 'No run has ended yet' : 'There is no other run'}
              action={<RangeLink href="/chaos">To the experiments</RangeLink>}
            >
              Run an experiment twice, with other seeds or without its protections, and compare the two here.
            </Empty>
          );
        }}
      </QueryState>
    </section>
  );
}
