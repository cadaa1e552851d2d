'use client';
import { assertNever, type SagaFilter, type SagaSummary } from '@stormglass/agents/contract';
import { setUrlState } from '../../live/url-state.ts';
import { type PageWindow, useWindow } from '../../live/use-window.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { clock, durationText, plural, shortId } from '../../ui/format.ts';
import { SagaStepGlyph, type StepLook } from '../../ui/glyphs/saga-step.tsx';
import { list } from '../../ui/list.ts';
import { ListTable } from '../../ui/list-table.tsx';
import { Page } from '../../ui/page.tsx';
import { QueryState } from '../../ui/query-state.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import { hueColor } from '../../ui/state.ts';
import { Filters, useFilters } from './filters.tsx';
import { moneyText, statusTone } from './model.ts';
import { useSagas } from './queries.ts';
import styles from './sagas.module.css';
import { SideButtons, type Sides, useSide } from './sides.tsx';
import { StuckQueue } from './stuck-queue.tsx';
import { useBeside } from './use-beside.ts';

function look(status: string): StepLook {
  const tone = statusTone(status);
  switch (tone) {
    case 'ok':
      return 'ok';
    case 'comp':
      return 'compensated';
    case 'failing':
      return 'failed';
    case 'degraded':
      return 'ambiguous';
    case 'unknown':
      return 'running';
    default:
      return assertNever(tone);
  }
}

function Row({ saga, at }: { saga: SagaSummary; at: number }) {
  return (
    <tr>
      <td className="mono">{clock(saga.startedAt, 3)}</td>
      <td>
        <span className="row" style={{ gap: 6, color: hueColor(statusTone(saga.status)) }}>
          <SagaStepGlyph look={look(saga.status)} size={14} />
          {saga.status}
        </span>
      </td>
      <td className={list.wide} style={{ minWidth: 150 }}>
        <RangeLink href={`/sagas/${saga.sagaId}`}>
          <b>{saga.orderId || saga.sagaId}</b>&nbsp;<span className="ink2">{saga.type}</span>
        </RangeLink>
      </td>
      <td>{saga.lastStep}</td>
      <td className={list.num}>{durationText((saga.endedAt ?? at) - saga.startedAt)}</td>
      <td className={list.num}>{moneyText(saga.amount)}</td>
      <td className={list.num}>{saga.events}</td>
      <td>{saga.mode}</td>
      <td>
        {saga.traceId === '' ? null : (
          <RangeLink href={`/traces/${saga.traceId}`}>
            <span className="mono">{shortId(saga.traceId)}</span>
          </RangeLink>
        )}
      </td>
    </tr>
  );
}

const COLUMNS = [
  'Started',
  'Status',
  'Order',
  'Last step',
  { head: 'Took', look: 'num' },
  { head: 'Amount', look: 'num' },
  { head: 'Rows', look: 'num' },
  'Mode',
  'Trace',
] as const;

function SagaTable({ sagas, at }: { sagas: readonly SagaSummary[]; at: number }) {
  return (
    <ListTable label="Sagas" columns={COLUMNS}>
      {sagas.map((s) => (
        <Row key={s.sagaId} saga={s} at={at} />
      ))}
    </ListTable>
  );
}

function Nothing({ filtered }: { filtered: boolean }) {
  return filtered ? (
    <Empty title="No saga fits">Clear a filter, or shorten the text: it looks in saga and order ids.</Empty>
  ) : (
    <Empty title="No saga in this range" command="npm start">
      Each order of the sample shop is one saga. Press Trigger above to start one yourself and see every row
      of its journal.
    </Empty>
  );
}

function Sagas({ window, conditions }: { window: PageWindow; conditions: Partial<SagaFilter> }) {
  const { from, to, at, live } = window;
  // Rewound, what came after the instant has not happened yet.
  const query = useSagas({ from, to: live ? to : at, live }, conditions);
  return (
    <QueryState query={query} rows={14}>
      {(data) => (
        <>
          <div className={styles.count}>
            <span className="cap ink3">
              {plural(data.sagas.length, 'saga')}
              {conditions.before === undefined ? '' : ` that began before ${clock(conditions.before, 3)}`}
              {data.truncated ? ', the newest of more' : ''}
              {live ? '' : `, as they were at ${clock(at)}`}
            </span>
            <Paging sagas={data.sagas} more={data.truncated} before={conditions.before} />
          </div>
          {data.sagas.length > 0 ? (
            <SagaTable sagas={data.sagas} at={at} />
          ) : (
            <Nothing filtered={Object.keys(conditions).length > 0} />
          )}
        </>
      )}
    </QueryState>
  );
}

interface PagingProps {
  sagas: readonly SagaSummary[];
  more: boolean;
  before: number | undefined;
}

function Paging({ sagas, more, before }: PagingProps) {
  const oldest = sagas.at(-1)?.startedAt;
  return (
    <>
      {before === undefined ? null : (
        <Button size="sm" onClick={() => setUrlState({ before: null })}>
          Newest
        </Button>
      )}
      {more && oldest !== undefined ? (
        <Button size="sm" onClick={() => setUrlState({ before: String(oldest) })}>
          Older
        </Button>
      ) : null}
    </>
  );
}

/** /sagas: list, filter, trigger; beside it the invariants. */
export function SagasPage({ sides }: { sides: Sides }) {
  const window = useWindow();
  const { toggle } = useBeside();
  const { aside, beside } = useSide(sides);
  const { given, setGiven, conditions } = useFilters();
  const actions = (
    <>
      <SideButtons />
      {/* Before the page has come alive a press would be lost. */}
      <Button
        variant="primary"
        disabled={window.to === 0}
        aria-expanded={beside === 'trigger'}
        onClick={() => toggle('trigger')}
      >
        Trigger
      </Button>
    </>
  );
  return (
    <Page
      title="Sagas"
      about="create order: reserve, charge, ship (no way back after it), confirm; return order: collect, refund, restock"
      actions={actions}
      aside={aside}
    >
      <StuckQueue />
      <Filters given={given} setGiven={setGiven} />
      <Sagas window={window} conditions={conditions} />
    </Page>
  );
}
