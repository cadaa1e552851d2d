'use client';
import type { SagaDetail } from '@stormglass/agents/contract';
import { useMemo } from 'react';
import { useInstant, useWindow } from '../../live/use-window.ts';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { clock, durationText, percent, plural } from '../../ui/format.ts';
import { Page } from '../../ui/page.tsx';
import { QueryState } from '../../ui/query-state.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import { Tag } from '../../ui/tag.tsx';
import { useWidth } from '../../ui/use-width.ts';
import { asOf } from './as-of.ts';
import { DecideForm } from './decide-form.tsx';
import { Journal, Leases } from './journal.tsx';
import { cancellable, moneyText, type SagaView, sagaView, statusTone } from './model.ts';
import { PastSlider } from './past-slider.tsx';
import { useCancelSaga, useSaga } from './queries.ts';
import { LEAST_ROAD, sagaRoad } from './road.ts';
import { RoadDrawing } from './road-drawing.tsx';
import { SideButtons, type Sides, useSide } from './sides.tsx';

function Facts({ detail, view, receipts }: { detail: SagaDetail; view: SagaView; receipts: number }) {
  const last = view.rows[view.rows.length - 1]?.at ?? detail.startedAt;
  const took = (detail.endedAt ?? last) - detail.startedAt;
  return (
    <>
      <span>
        {detail.type}, {detail.mode}
      </span>
      <span>
        <b className="ink1">{durationText(took)}</b>
        {view.idleMs > 0 && took > 0 ? `, ${percent(view.idleMs / took)} of it parked` : ''}
        {detail.endedAt === null ? ' so far' : ''}
      </span>
      <span>
        {plural(view.sent, 'call')} sent,{' '}
        <b className={view.ambiguous > 0 ? 'degraded' : ''}>{view.ambiguous}</b> ambiguous
      </span>
      <span>
        <b className={view.notSent > 0 ? 'open' : ''}>{view.notSent}</b> not sent
      </span>
      {detail.amount === null ? null : <span>{moneyText(detail.amount)} in all</span>}
      {receipts > 0 ? <span className="fault">{plural(receipts, 'fault receipt')}</span> : null}
    </>
  );
}

function Cancel({ detail }: { detail: SagaDetail }) {
  const cancel = useCancelSaga(detail.sagaId);
  return (
    <>
      {cancel.data ? (
        <span className="cap ink2">
          Asked; it is {cancel.data.status}.{' '}
          {cancel.data.returnSagaId === null ? null : (
            <RangeLink href={`/sagas/${cancel.data.returnSagaId}`}>Its return</RangeLink>
          )}
        </span>
      ) : null}
      <ConfirmButton
        size="sm"
        ask={detail.status === 'confirmed' ? 'Press again to return' : 'Press again to cancel'}
        disabled={!cancellable(detail.type, detail.status) || cancel.isPending}
        onConfirm={() => cancel.mutate()}
      >
        {detail.status === 'confirmed' ? 'Return order' : 'Cancel saga'}
      </ConfirmButton>
      {cancel.error ? <ErrorNote error={cancel.error} /> : null}
    </>
  );
}

function SagaBody({ now, sides }: { now: SagaDetail; sides: Sides }) {
  const { timeline } = useWindow();
  const { at } = useInstant();
  const { aside } = useSide(sides);
  const detail = useMemo(() => (at === null ? now : asOf(now, at)), [now, at]);
  const view = useMemo(() => sagaView(detail), [detail]);
  const [ref, width] = useWidth<HTMLDivElement>(970);
  const road = useMemo(() => sagaRoad(view, Math.max(LEAST_ROAD, width)), [view, width]);
  const receipts = timeline.receipts.filter((r) => r.traceId === detail.traceId && r.traceId !== '').length;
  const title = (
    <span className="row" style={{ flexWrap: 'wrap', gap: '2px 9px' }}>
      {detail.orderId === '' ? `Saga ${detail.sagaId}` : `Order ${detail.orderId}`}
      <Tag hue={statusTone(detail.status)}>
        {detail.status.charAt(0).toUpperCase() + detail.status.slice(1)}
      </Tag>
      <span className="mono ink3" style={{ fontWeight: 400, letterSpacing: 0 }}>
        {detail.sagaId}
      </span>
    </span>
  );
  const actions = (
    <>
      {detail.traceId === '' ? null : <RangeLink href={`/traces/${detail.traceId}`}>Trace</RangeLink>}
      <RangeLink href="/sagas">All sagas</RangeLink>
      <SideButtons size="sm" />
      {/* What is done now is done to the saga as it is now. */}
      {at === null ? <Cancel detail={now} /> : null}
    </>
  );
  return (
    <Page
      title={title}
      facts={<Facts detail={detail} view={view} receipts={receipts} />}
      actions={actions}
      aside={aside}
    >
      <div ref={ref} style={{ margin: '0 -16px', borderTop: '1px solid var(--line1)' }}>
        {at === null ? null : <Then at={at} rows={detail.journal.length} of={now.journal.length} />}
        {view.stuck && at === null ? <DecideForm sagaId={detail.sagaId} stuck={view.stuck} /> : null}
        <RoadDrawing road={road} view={view} />
        <Leases view={view} />
        {detail.orderId === '' ? null : <PastSlider orderId={detail.orderId} ended={now.endedAt !== null} />}
        <Journal view={view} sagaId={detail.sagaId} />
      </div>
    </Page>
  );
}

function Then({ at, rows, of }: { at: number; rows: number; of: number }) {
  return (
    <p className="cap ink2" role="status" style={{ padding: '6px 16px 0' }}>
      As it was at {clock(at, 3)}: {rows} of {plural(of, 'row')} of its journal{' '}
      {rows === of ? 'were' : 'had been'} written{rows === 0 ? '; it had not begun' : ''}.
    </p>
  );
}

/** /sagas/:id */
export function SagaPage({ id, sides }: { id: string; sides: Sides }) {
  const query = useSaga(id);
  if (query.data) return <SagaBody now={query.data} sides={sides} />;
  return (
    <Page
      title="Saga"
      about={<span className="mono">{id}</span>}
      actions={<RangeLink href="/sagas">All sagas</RangeLink>}
    >
      <QueryState query={query} rows={16}>
        {() => null}
      </QueryState>
    </Page>
  );
}
