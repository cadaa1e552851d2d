import type { ShopEvent } from '../../events/shop-event.ts';
import { actionKey, STEP_OWNERS, type StepName } from '../../events/steps.ts';
import type { OrderEnd } from '../order/order.ts';
import type { JournalRow, JournalStatus, SagaOutcome } from '../saga/port.ts';

/** What the book says of one saga. */
export interface Page {
  sagaId: string;
  orderId: string;
  /** How its order was settled; null while it is pending. */
  settled: OrderEnd['status'] | null;
  cause: string | null;
  undone: readonly StepName[];
  rows: readonly JournalRow[];
}

/** What an event means to the book. */
export interface Reading {
  rows: JournalRow[];
  /** The end which it asks for; of all that ask the first gets it. */
  end: OrderEnd | null;
  /** The step of which nothing is left. */
  undone: StepName | null;
}

export const STEPS = Object.keys(STEP_OWNERS) as StepName[];

const nothing: Reading = { rows: [], end: null, undone: null };

/**
 * Reads an event of a participant. A pure function, right for any order of arrival: rows carry the time of what they tell,
 * and nothing here depends on which event came before.
 */
export function readEvent(event: ShopEvent, page: Page): Reading {
  const reading = meaningOf(event, page);
  // Participants say an event again when nobody seems to have heard it.
  const isNew = (row: JournalRow) => !page.rows.some((known) => isSame(known, row));
  return { ...reading, rows: reading.rows.filter(isNew) };
}

function isSame(a: JournalRow, b: JournalRow): boolean {
  return a.step === b.step && a.kind === b.kind && a.status === b.status && a.at === b.at;
}

function meaningOf(event: ShopEvent, page: Page): Reading {
  switch (event.type) {
    case 'INVENTORY_RESERVED':
      return { ...nothing, rows: done(event, 'reserve', page, 'charge') };
    case 'PAYMENT_COMPLETED':
      return { ...nothing, rows: done(event, 'charge', page, 'ship') };
    case 'SHIPMENT_CREATED':
      return { ...nothing, rows: done(event, 'ship', page, null), end: { status: 'CONFIRMED' } };
    case 'INVENTORY_RESERVATION_FAILED':
      return failed(event, 'reserve');
    case 'PAYMENT_FAILED':
      return failed(event, 'charge');
    case 'SHIPMENT_FAILED':
      return failed(event, 'ship');
    case 'INVENTORY_RELEASED':
      return takenBack(event, 'reserve', event.data.outcome === 'released', page);
    case 'PAYMENT_REFUNDED':
      return takenBack(event, 'charge', event.data.outcome === 'refunded', page);
    case 'SHIPMENT_CANCELLED':
      return takenBack(event, 'ship', event.data.outcome === 'cancelled', page);
    default:
      return nothing;
  }
}

function done(event: ShopEvent, step: StepName, page: Page, next: StepName | null): JournalRow[] {
  const rows = [row(event, step, 'action', 'OK', `${step} done by ${STEP_OWNERS[step]}`)];
  // The event is on its way to the next one already, unless that one has answered or the order has ended.
  const answered = page.rows.some((known) => known.step === next);
  if (next !== null && !answered && page.settled === null) rows.push(intent(page.sagaId, next, event.at));
  return rows;
}

/** Somebody was told to act. */
export function intent(sagaId: string, step: StepName, at: string): JournalRow {
  const detail = `told ${STEP_OWNERS[step]}`;
  return { ...row({ sagaId, at }, step, 'action', 'INTENT', detail), at: Date.parse(at) + 1 };
}

function failed(
  event: ShopEvent & { data: { reason: string; cause: Exclude<OrderEnd, { status: 'CONFIRMED' }>['cause'] } },
  step: StepName,
): Reading {
  const { reason, cause } = event.data;
  const status = cause === 'rejected' ? 'FAILED' : 'AMBIGUOUS';
  const end: OrderEnd = {
    status: 'CANCELLED',
    cause: cause === 'timed_out' ? 'exhausted' : cause,
    reason,
  };
  return { rows: [row(event, step, 'action', status, reason)], end, undone: null };
}

/** A tombstone of a step that nobody was told to do is not worth a row: there was nothing to take back. */
function takenBack(event: ShopEvent, step: StepName, was: boolean, page: Page): Reading {
  // A return is a saga of its own: what it takes back was delivered by this one.
  if (page.settled === 'CONFIRMED') return nothing;
  const told = page.rows.some(
    (known) => known.step === step && (known.kind === 'compensate' || known.status === 'OK'),
  );
  const detail = was ? `${step} undone by ${STEP_OWNERS[step]}` : `${step} had not happened, and never will`;
  const rows = was || told ? [row(event, step, 'compensate', 'COMPENSATED', detail)] : [];
  return { rows, end: null, undone: step };
}

export function row(
  { sagaId, at }: { sagaId: string; at: string },
  step: StepName,
  kind: 'action' | 'compensate',
  status: JournalStatus,
  detail: string,
): JournalRow {
  const key = kind === 'action' ? actionKey(sagaId, step) : `${sagaId}:${step}:compensate`;
  const owner = STEP_OWNERS[step];
  return { step, kind, status, attempt: 1, epoch: 1, owner, key, detail, at: Date.parse(at) };
}

/** Steps which have to be taken back, or may have: told, not refused, not yet undone. */
export function toUndo({ rows, undone }: Page): StepName[] {
  return STEPS.filter((step) => {
    const actions = rows.filter((known) => known.step === step && known.kind === 'action');
    const refused = actions.some((known) => known.status === 'FAILED');
    return actions.length > 0 && !refused && !undone.includes(step);
  });
}

/** How a saga came out; null while something of it is open. */
export function outcomeOf({ settled, cause, undone, rows }: Page): SagaOutcome | null {
  if (settled === null) return null;
  if (settled === 'CONFIRMED') return 'confirmed';
  if (STEPS.some((step) => !undone.includes(step))) return null;
  // What a person left as it is was not undone.
  if (rows.some((known) => known.status === 'SKIPPED')) return 'failed';
  if (rows.some(({ status }) => status === 'COMPENSATED' || status === 'RESOLVED')) return 'compensated';
  if (cause === 'rejected') return 'rejected';
  return cause === 'cancelled' ? 'compensated' : 'failed';
}
