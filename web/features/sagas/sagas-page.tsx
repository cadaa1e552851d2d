'use client';
import { useDebouncedValue } from '@mantine/hooks';
import { assertNever, type SagaSummary } from '@stormglass/agents/contract';
import { useState } from 'react';
import { useUrlState } from '../../live/url-state.ts';
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
import { SegmentedControl } from '../../ui/segmented-control.tsx';
import { hueColor } from '../../ui/state.ts';
import { moneyText, statusTone } from './model.ts';
import { useSagas } from './queries.ts';
import styles from './sagas.module.css';
import { TriggerPanel } from './trigger-form.tsx';

const STATUSES = [
  '',
  'running',
  'compensating',
  'stuck',
  'confirmed',
  'returned',
  'compensated',
  'rejected',
  'failed',
] as const;
type Status = (typeof STATUSES)[number];

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
    <Empty title="No saga fits">
      Choose another status, or shorten the text: it looks in saga and order ids.
    </Empty>
  ) : (
    <Empty title="No saga in this range" command="npm start">
      Each order of the sample shop is one saga. Press Trigger above to start one yourself and see every row
      of its journal.
    </Empty>
  );
}

interface FiltersProps {
  status: Status;
  setStatus: (status: Status) => void;
  text: string;
  setText: (text: string) => void;
}

function Filters({ status, setStatus, text, setText }: FiltersProps) {
  const options = STATUSES.map((value) => ({ value, label: value === '' ? 'All' : value }));
  return (
    <div className={styles.filters}>
      <div style={{ maxWidth: '100%', overflowX: 'auto' }}>
        <SegmentedControl label="Status" size="sm" options={options} value={status} onChange={setStatus} />
      </div>
      <input
        className={list.field}
        data-size="sm"
        type="search"
        aria-label="Saga or order id"
        placeholder="saga or order id"
        value={text}
        onChange={(e) => setText(e.target.value)}
      />
    </div>
  );
}

function Sagas({ window, status, text }: { window: PageWindow; status: string; text: string }) {
  const query = useSagas({ from: window.from, to: window.to, live: window.live, status, text });
  return (
    <QueryState query={query} rows={14}>
      {(data) => (
        <>
          <p className="cap ink3" style={{ paddingBottom: 6 }}>
            {plural(data.sagas.length, 'saga')}
            {data.truncated ? ', the newest of more' : ''}
          </p>
          {data.sagas.length > 0 ? (
            <SagaTable sagas={data.sagas} at={window.at} />
          ) : (
            <Nothing filtered={status !== '' || text !== ''} />
          )}
        </>
      )}
    </QueryState>
  );
}

/** /sagas: list, filter, trigger. */
export function SagasPage() {
  const window = useWindow();
  const [status, setStatus] = useUrlState<Status>('status', '');
  const [text, setText] = useUrlState<string>('text', '');
  // One search for a typed word, not one for each letter.
  const [searched] = useDebouncedValue(text, 250);
  const [triggering, setTriggering] = useState(false);
  const trigger = (
    // Before the page has come alive a press would be lost.
    <Button
      variant="primary"
      disabled={window.to === 0}
      aria-expanded={triggering}
      onClick={() => setTriggering((t) => !t)}
    >
      Trigger
    </Button>
  );
  return (
    <Page
      title="Sagas"
      about="create order: reserve, charge, ship (no way back after it), confirm; return order: collect, refund, restock"
      actions={trigger}
      aside={triggering ? <TriggerPanel close={() => setTriggering(false)} /> : null}
    >
      <Filters
        status={status}
        setStatus={(next) => setStatus(next === '' ? null : next)}
        text={text}
        setText={(next) => setText(next === '' ? null : next)}
      />
      <Sagas window={window} status={status} text={searched} />
    </Page>
  );
}
