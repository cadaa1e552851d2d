import type { QueryContext } from './reader.ts';

/** What is known of a store that its answers alone do not say. */
export interface StoreFacts {
  kind: 'embedded' | 'server';
  schemaVersion: number;
  /** Its tables belong to an OpenTelemetry Collector too: nothing of them is removed. */
  shared: boolean;
  /** What its rows cannot say, in words. */
  missing: readonly string[];
}

/** What the collector needs of its store: the embedded engine, or a ClickHouse server. */
export interface TelemetryStore {
  /** How the bytes of a segment reach it: it opens the file itself, or they are sent along as the request's body. */
  readonly reads: 'file' | 'body';
  /** Null until a server has been reached. */
  readonly facts: StoreFacts | null;
  /** Runs a statement that writes; `body` is the path of the file to send along. A ClickHouse error has its `clickhouseCode`. */
  load(sql: string, body?: string): Promise<void>;
  /** Runs one query that can change nothing; the answer is whole, in `format` unless the SQL says FORMAT. */
  query(sql: string, context: QueryContext, signal?: AbortSignal): Promise<Uint8Array>;
  /** Statements of retention, one at a time; rows of a SELECT come as JSONEachRow. Changes of rows are waited for. */
  maintain(sql: string): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** One statement at a time on the database whose tables they are. */
export interface SchemaStore {
  run(sql: string): Promise<void>;
  rows<T>(sql: string): Promise<T[]>;
}
