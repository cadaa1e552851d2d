'use client';
import type { DashboardEvent } from '@stormglass/chaos/contract';
import { useLiveState } from '../../live/use-window.ts';
import { Instant } from '../../ui/instant.tsx';
import { list } from '../../ui/list.ts';
import { ListTable } from '../../ui/list-table.tsx';
import { Band } from '../../ui/page.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import type { StateHue } from '../../ui/state.ts';
import { Tag } from '../../ui/tag.tsx';

const SHOWN = 12;

const HUES: Partial<Record<DashboardEvent['type'], StateHue>> = {
  'fault.armed': 'fault',
  'fault.revert_failed': 'failing',
  'guard.tripped': 'failing',
  'breaker.opened': 'open',
  'slo.breached': 'failing',
  'slo.restored': 'ok',
  'halt.set': 'failing',
};

/** The run an event is of; null for those of something else. */
function runOf({ type, subject }: DashboardEvent): string | null {
  return type.startsWith('run.') || type === 'guard.tripped' ? subject : null;
}

function Row({ event }: { event: DashboardEvent }) {
  const run = runOf(event);
  return (
    <tr>
      <td>
        <Instant at={event.at} />
      </td>
      <td>
        <Tag hue={HUES[event.type] ?? 'neutral'}>{event.type}</Tag>
      </td>
      <td className={list.wide} title={event.says}>
        {run === null ? event.says : <RangeLink href={`/chaos/runs/${run}`}>{event.says}</RangeLink>}
      </td>
    </tr>
  );
}

/** The newest of the feed, as the live channel brings them. */
export function EventsBand() {
  const events = useLiveState()?.events;
  return (
    <Band title="Events" about="as they happen; webhooks and the API have the same feed">
      {events === undefined ? (
        <Skeleton height={24} />
      ) : events.length === 0 ? (
        <p className="ink2">
          Nothing has happened yet. Runs, faults, breakers, levels and halts are told here.
        </p>
      ) : (
        <ListTable label="Events" columns={['When', 'Event', 'What happened']}>
          {events.slice(0, SHOWN).map((event) => (
            <Row key={event.seq} event={event} />
          ))}
        </ListTable>
      )}
    </Band>
  );
}
