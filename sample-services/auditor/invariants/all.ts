import type { MessageBook } from '../messages/message-book.ts';
import type { CallWindow } from '../service-levels/window.ts';
import { settled } from './i01-settled.ts';
import { oneCapture } from './i02-one-capture.ts';
import { stock } from './i03-stock.ts';
import { ledger } from './i04-ledger.ts';
import { books } from './i05-books.ts';
import { shipment } from './i06-shipment.ts';
import { messages } from './i07-messages.ts';
import { once } from './i08-once.ts';
import { terminal } from './i09-terminal.ts';
import { sagaEnds } from './i10-saga-ends.ts';
import { readModels } from './i11-read-models.ts';
import { compensations } from './i12-compensations.ts';
import { blastRadius } from './i13-blast-radius.ts';
import { owners } from './i14-owners.ts';
import type { Invariant } from './invariant.ts';

/** I13 is there only when services are named whose counters can be read. */
export function allInvariants(book: MessageBook, window: CallWindow | null): Invariant[] {
  return [
    ...[settled, oneCapture, stock, ledger, books, shipment, messages(book), once, terminal, sagaEnds()],
    ...[readModels(book), compensations],
    ...(window === null ? [] : [blastRadius(window)]),
    owners,
  ];
}
