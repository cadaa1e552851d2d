import type { Span } from '@opentelemetry/api';

/** A message on its way through a client library, as a fault sees it. */
interface Passage<R> {
  /** As without any fault. */
  pass(): Promise<R>;
  /** Nothing happens, and whoever waits is told that all went well. */
  swallow(): Promise<R>;
  /** As `pass`, with a payload that cannot be handled. */
  poisoned(): Promise<R>;
}

export interface Sending<R> extends Passage<R> {
  /** Sent once more, under the same id. */
  again(): Promise<unknown>;
  /** Sent once more as another message; `n` tells copies apart. */
  copy(n: number): Promise<unknown>;
}

export interface Handling<R> extends Passage<R> {
  /** Handled, and so many times again, before the broker hears of it. */
  repeated(count: number): Promise<R>;
  /** Handled, and the broker never hears of it. */
  unacknowledged(): Promise<R>;
}

export type Side = 'producer' | 'consumer';

/** Whom the client libraries show their messages. */
export interface MessageWatch {
  /** A library sends to, or consumes from, that queue. */
  knows(side: Side, queue: string): void;
  /** Whether its messages are to be shown just now; one comparison while nothing is armed. */
  hurts(side: Side, queue: string): boolean;
  sending<R>(queue: string, span: Span | undefined, message: Sending<R>): Promise<R>;
  handling<R>(queue: string, span: Span | undefined, message: Handling<R>): Promise<R>;
}
