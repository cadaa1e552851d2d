'use client';
import type { ScheduleView, StartView } from '@stormglass/chaos/contract';
import { request } from '../../live/request.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { plural } from '../../ui/format.ts';
import { Instant, WithInstants } from '../../ui/instant.tsx';
import { list } from '../../ui/list.ts';
import { ListTable } from '../../ui/list-table.tsx';
import { Band } from '../../ui/page.tsx';
import { QueryState } from '../../ui/query-state.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import type { StateHue } from '../../ui/state.ts';
import { Tag } from '../../ui/tag.tsx';
import { useDoing, useSchedules, useStarts } from './queries.ts';
import { ScheduleForm } from './schedule-form.tsx';

const STARTS_SHOWN = 12;

function ScheduleRow({ schedule }: { schedule: ScheduleView }) {
  const { id, name, cron, timeZone, whenBusy, nextAt, paused } = schedule;
  const params = { id };
  const pause = useDoing(() => request('changeSchedule', { params, input: { paused: !paused } }));
  const run = useDoing(() => request('runSchedule', { params }));
  const remove = useDoing(() => request('deleteSchedule', { params }));
  const error = pause.error ?? run.error ?? remove.error;
  return (
    <tr>
      <td>{name}</td>
      <td className="mono">{cron}</td>
      <td>{timeZone}</td>
      <td>{whenBusy === 'skip' ? 'skipped' : 'waits'}</td>
      <td>{nextAt === null ? <Tag>paused</Tag> : <Instant at={nextAt} />}</td>
      <td className={list.wide}>
        <span className="row" style={{ gap: 6 }}>
          <Button
            size="sm"
            variant="quiet"
            disabled={pause.isPending}
            onClick={() => pause.mutate(undefined)}
          >
            {paused ? 'Resume' : 'Pause'}
          </Button>
          <ConfirmButton size="sm" ask="Press again to run" onConfirm={() => run.mutate(undefined)}>
            Run now
          </ConfirmButton>
          <ConfirmButton
            size="sm"
            variant="danger"
            ask="Press again"
            onConfirm={() => remove.mutate(undefined)}
          >
            Delete
          </ConfirmButton>
          {run.data && run.data.outcome !== 'started' ? (
            <span className="ink2">
              <WithInstants text={run.data.why} />
            </span>
          ) : null}
          {error ? <ErrorNote error={error} /> : null}
        </span>
      </td>
    </tr>
  );
}

const HUES: Record<StartView['outcome'], StateHue> = {
  started: 'ok',
  queued: 'neutral',
  skipped: 'neutral',
  missed: 'degraded',
  failed: 'failing',
};

function Starts({ starts }: { starts: readonly StartView[] }) {
  if (starts.length === 0) return null;
  return (
    <ListTable label="Starts" columns={['Due', 'Outcome', 'Verdict', 'Why']}>
      {starts.slice(0, STARTS_SHOWN).map((start) => (
        <tr key={start.id}>
          <td>
            <Instant at={start.dueAt} />
          </td>
          <td>
            <Tag hue={HUES[start.outcome]}>{start.outcome}</Tag>
          </td>
          <td>
            {start.runId === null ? (
              '–'
            ) : (
              <RangeLink href={`/chaos/runs/${start.runId}`}>{start.verdict ?? 'runs'}</RangeLink>
            )}
          </td>
          <td className={list.wide} title={start.why}>
            <WithInstants text={start.why} />
          </td>
        </tr>
      ))}
    </ListTable>
  );
}

/** Experiments that are started again and again, and what became of each start. */
export function SchedulesBand() {
  const schedules = useSchedules();
  const starts = useStarts();
  return (
    <Band title="Schedules" about={plural(schedules.data?.schedules.length ?? 0, 'schedule')}>
      <QueryState query={schedules} rows={2}>
        {(data) =>
          data.schedules.length === 0 ? (
            <p className="ink2">
              Nothing is started by itself. A schedule starts an experiment at its times, one at a time.
            </p>
          ) : (
            <ListTable
              label="Schedules"
              columns={['Name', 'When', 'Time zone', 'If busy', 'Next', 'Actions']}
            >
              {data.schedules.map((schedule) => (
                <ScheduleRow key={schedule.id} schedule={schedule} />
              ))}
            </ListTable>
          )
        }
      </QueryState>
      <ScheduleForm />
      <Starts starts={starts.data?.starts ?? []} />
    </Band>
  );
}
