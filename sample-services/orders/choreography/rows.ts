import type { Clock } from '../../kit/clock.ts';
import type { OrderEnd } from '../order/order.ts';
import type { JournalRow, JournalStatus, SagaOutcome } from '../saga/port.ts';
import { type Page, row, toUndo } from './reading.ts';

const ORDERS = 'orders';

/** Rows of orders' own doing: what is written when a saga is placed, settled and ended. */
function own(step: string, status: JournalStatus, detail: string, at: number): JournalRow {
  return { step, kind: '', status, attempt: 1, epoch: 1, owner: ORDERS, key: '', detail, at };
}

/** Not before anything that is known: the clocks of others may be ahead. */
export function nowOf({ rows }: Pick<Page, 'rows'>, clock: Clock): number {
  return rows.reduce((latest, { at }) => Math.max(latest, at + 1), clock.now());
}

export function startRow(at: number): JournalRow {
  return own('create', 'STARTED', 'order is pending', at);
}

export function confirmRows(page: Page, clock: Clock): JournalRow[] {
  const at = nowOf(page, clock);
  return [
    { ...own('confirm', 'OK', 'order is confirmed', at), kind: 'action' },
    { ...own('notify', 'OK', 'message is in the outbox', at + 1), kind: 'action' },
  ];
}

/** The cause of a GIVE_UP row goes where others have their key. */
export function cancelRows(
  page: Page,
  { cause, reason }: Extract<OrderEnd, { status: 'CANCELLED' }>,
  clock: Clock,
): JournalRow[] {
  const at = nowOf(page, clock);
  const failed = page.rows.findLast(({ status }) => status === 'FAILED' || status === 'AMBIGUOUS');
  // Those who listen to the failure itself take back from that moment on, not from ours.
  const turned = failed?.at ?? at;
  const step = failed?.step ?? page.rows.findLast((known) => known.kind === 'action')?.step ?? '';
  const early = cause === 'cancelled' ? 'CANCEL_REQUESTED' : cause === 'timed_out' ? 'OVERDUE' : null;
  const compensating = toUndo(page)
    .reverse()
    .map((name, i) => ({
      ...row({ sagaId: page.sagaId, at: new Date(at).toISOString() }, name, 'compensate', 'COMPENSATING', ''),
      at: turned + 2 + i,
    }));
  return [
    ...(early === null ? [] : [own('', early, reason, at)]),
    { ...own(step, 'GIVE_UP', reason, turned + 1), key: cause },
    { ...own('notify', 'OK', 'message is in the outbox', at + 1), kind: 'action' },
    ...compensating,
  ];
}

export function endRow(page: Page, outcome: SagaOutcome, clock: Clock): JournalRow {
  const reason = page.rows.find((known) => known.status === 'GIVE_UP')?.detail;
  return own('', 'ENDED', reason ?? outcome, nowOf(page, clock));
}
