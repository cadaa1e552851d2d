'use client';
import type { GameDay } from '@stormglass/chaos/contract';
import { useMemo } from 'react';
import { requestUrl } from '../../live/request.ts';
import { useLiveState } from '../../live/use-window.ts';
import { Instant } from '../../ui/instant.tsx';
import { list } from '../../ui/list.ts';
import { ListTable } from '../../ui/list-table.tsx';
import { Band } from '../../ui/page.tsx';
import { QueryState } from '../../ui/query-state.tsx';
import { Tag } from '../../ui/tag.tsx';
import { GameDayGoing } from './gameday-going.tsx';
import { GameDayStart } from './gameday-start.tsx';
import { useExperimentFiles, useGameDays } from './queries.ts';

const COLUMNS = [
  'Started',
  'Title',
  'State',
  'Steps',
  'Verdicts',
  { head: 'Notes', look: 'num' },
  'Report',
  'Why',
] as const;

function Report({ id, title }: { id: string; title: string }) {
  const url = (format: 'html' | 'markdown') =>
    requestUrl('gamedayReport', { params: { id }, input: { format } });
  return (
    <span className="row" style={{ gap: 8 }}>
      <a
        className={list.link}
        href={url('html')}
        target="_blank"
        rel="noreferrer"
        aria-label={`open the report of ${title}, in a new tab`}
      >
        open
      </a>
      <a
        className={list.link}
        href={url('markdown')}
        download={`gameday-${id}.md`}
        aria-label={`Markdown report of ${title}`}
      >
        Markdown
      </a>
    </span>
  );
}

function Row({ gameday: { id, startedAt, plan, state, done, notes, why } }: { gameday: GameDay }) {
  const verdicts = done.flatMap(({ verdict }) => (verdict === null ? [] : [verdict]));
  return (
    <tr>
      <td>
        <Instant at={startedAt} />
      </td>
      <td>{plan.title}</td>
      <td>
        <Tag hue={state === 'ended' ? 'ok' : 'neutral'}>{state}</Tag>
      </td>
      <td>
        {done.length} of {plan.steps.length}
      </td>
      <td>{verdicts.join(', ') || '–'}</td>
      <td className={list.num}>{notes.length}</td>
      <td>
        <Report id={id} title={plan.title} />
      </td>
      <td className={list.wide} title={why}>
        {why}
      </td>
    </tr>
  );
}

/** Game days: the one that is played, or the start of one, and those that were. */
export function GameDaysBand() {
  const gamedays = useGameDays();
  const files = useExperimentFiles();
  const going = useLiveState()?.gameday;
  const experiments = useMemo(
    () => new Map(files.data?.experiments.map(({ id, spec }) => [id, spec])),
    [files.data],
  );
  return (
    <Band title="Game days" about="experiments in a row, with pauses, questions and notes">
      {going ? <GameDayGoing key={going.id} gameday={going} experiments={experiments} /> : null}
      {going === null ? <GameDayStart experiments={experiments} /> : null}
      <QueryState query={gamedays} rows={2}>
        {(data) => {
          const all = data.gamedays.map((one) => (one.id === going?.id ? going : one));
          return all.length === 0 ? null : (
            <ListTable label="Game days" columns={COLUMNS}>
              {all.map((gameday) => (
                <Row key={gameday.id} gameday={gameday} />
              ))}
            </ListTable>
          );
        }}
      </QueryState>
    </Band>
  );
}
