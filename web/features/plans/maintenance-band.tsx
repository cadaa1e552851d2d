'use client';
import type { Maintenance } from '@stormglass/chaos/contract';
import { request } from '../../live/request.ts';
import { useNow } from '../../live/use-window.ts';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { countdown } from '../../ui/format.ts';
import { Instant } from '../../ui/instant.tsx';
import { list } from '../../ui/list.ts';
import { ListTable } from '../../ui/list-table.tsx';
import { Band } from '../../ui/page.tsx';
import { QueryState } from '../../ui/query-state.tsx';
import { Tag } from '../../ui/tag.tsx';
import { MaintenanceForm } from './maintenance-form.tsx';
import { useDoing, useMaintenance } from './queries.ts';

function Row({ window, now }: { window: Maintenance; now: number }) {
  const { id, title, from, to, createdBy } = window;
  const end = useDoing(() => request('removeMaintenance', { params: { id } }));
  const on = from <= now;
  return (
    <tr>
      <td>{title}</td>
      <td>
        <Instant at={from} />
      </td>
      <td>
        <Instant at={to} />
      </td>
      <td>
        {on ? (
          <Tag hue="degraded">now, for {countdown(to - now)}</Tag>
        ) : (
          <Tag>in {countdown(from - now)}</Tag>
        )}
      </td>
      <td>{createdBy}</td>
      <td className={list.wide}>
        <span className="row" style={{ gap: 6 }}>
          <ConfirmButton
            size="sm"
            variant="danger"
            ask="Press again"
            disabled={end.isPending}
            onConfirm={() => end.mutate(undefined)}
          >
            {on ? 'End it' : 'Take back'}
          </ConfirmButton>
          {end.error ? <ErrorNote error={end.error} /> : null}
        </span>
      </td>
    </tr>
  );
}

/** Times in which no schedule starts anything: those of now and those to come. */
export function MaintenanceBand() {
  const maintenance = useMaintenance();
  const now = useNow();
  return (
    <Band title="Maintenance" about="times in which no schedule starts anything; what runs already goes on">
      <QueryState query={maintenance} rows={1}>
        {(data) => {
          const windows = data.maintenance.filter(({ to }) => to > now);
          return windows.length === 0 ? null : (
            <ListTable label="Maintenance" columns={['What', 'Begins', 'Ends', 'State', 'By', 'Actions']}>
              {windows.map((window) => (
                <Row key={window.id} window={window} now={now} />
              ))}
            </ListTable>
          );
        }}
      </QueryState>
      <MaintenanceForm />
    </Band>
  );
}
