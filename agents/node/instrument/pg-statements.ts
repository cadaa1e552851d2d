import type { Span } from '@opentelemetry/api';

/** What we use of a client, a query and a connection of node-postgres. */
interface ClientLike {
  database?: string | undefined;
  /** Those that wait for the connection; the newest is the last. */
  _queryQueue?: QueryLike[];
}
interface ConnectionLike {
  stream: { writable?: boolean };
  sync(): void;
}
interface QueryLike {
  callback?: ((error: unknown, result: unknown) => void) | null;
  handleError(error: Error, connection: ConnectionLike): void;
}
type Query = (this: ClientLike, ...args: unknown[]) => unknown;
type Submit = (this: QueryLike, connection: ConnectionLike) => Error | null;

export interface Statement {
  text: string;
  database: string;
}

/** A statement whose turn on its connection has come. */
export interface Submission {
  /** Of this statement, where it has one. */
  readonly span: Span | undefined;
  /** Sends it. An error is one of the driver's own: nothing was sent. */
  send(): Error | null;
  /** Sends it later than its turn was; nothing when its connection has ended meanwhile. */
  sendLate(): void;
  /** Once it has been carried out, its caller is given this error in place of its result. */
  failAfter(error: Error): void;
  error(sqlstate: string, message: string): Error;
}

/** What happens to a statement in place of its being sent. An error it gives back goes to the statement's caller. */
export type Hindrance = (submission: Submission) => Error | null;

interface Marked {
  hinder: Hindrance;
  span: Span | undefined;
  met: boolean;
}

type DatabaseError = new (message: string, length: number, name: string) => Error & Record<string, unknown>;

/**
 * Every statement which the process sends by node-postgres. It is chosen when it is asked for, and hindered when its turn
 * on the connection has come: a slow one holds its connection and runs into its caller's own time limit.
 */
export class PgStatements {
  /** Chooses; null lets a statement through. Null itself costs one comparison a statement. */
  onStatement: ((statement: Statement) => Hindrance | null) | null = null;
  readonly #waiting = new WeakMap<QueryLike, Marked>();
  /** The one that is being asked for just now: its span is made, and maybe its turn comes, before we know its query. */
  #current: Marked | null = null;
  #error: DatabaseError | null = null;
  readonly #attached = new Set<() => void>();

  get attached(): boolean {
    return this.#error !== null;
  }

  /** Given the exports of `pg`, after the instrumentation that makes the spans. */
  attach(exports: unknown): void {
    const library = exports as {
      Client: { prototype: { query: Query } };
      Query: { prototype: { submit: Submit } };
      DatabaseError: DatabaseError;
    };
    this.#watchQueries(library.Client.prototype);
    this.#watchSubmits(library.Query.prototype);
    this.#error = library.DatabaseError;
    for (const listener of this.#attached) listener();
  }

  onAttached(listener: () => void): void {
    this.#attached.add(listener);
  }

  /** Told of the span of each statement, right before the statement is given to the driver. */
  spanStarted(span: Span): void {
    if (this.#current !== null) this.#current.span = span;
  }

  #watchQueries(client: { query: Query }): void {
    const statements = this;
    const original = client.query;
    client.query = function (this: ClientLike, ...args: unknown[]) {
      const hinder = statements.#choose(args[0], this.database ?? '');
      if (hinder === null) return original.apply(this, args);
      const marked: Marked = { hinder, span: undefined, met: false };
      statements.#current = marked;
      try {
        return original.apply(this, args);
      } finally {
        statements.#current = null;
        const query = this._queryQueue?.at(-1);
        if (!marked.met && query) statements.#waiting.set(query, marked);
      }
    };
  }

  /** A bug in the choice lets the statement through. */
  #choose(statement: unknown, database: string): Hindrance | null {
    if (this.onStatement === null) return null;
    const text = textOf(statement);
    if (text === null) return null;
    try {
      return this.onStatement({ text, database });
    } catch {
      return null;
    }
  }

  #watchSubmits(query: { submit: Submit }): void {
    const statements = this;
    const original = query.submit;
    query.submit = function (this: QueryLike, connection: ConnectionLike) {
      const marked = statements.#waiting.get(this) ?? statements.#current;
      if (marked === null || marked.met) return original.call(this, connection);
      marked.met = true;
      let sent = false;
      const send = () => {
        sent = true;
        return original.call(this, connection);
      };
      try {
        return marked.hinder(statements.#submission(this, connection, marked.span, send));
      } catch {
        return sent ? null : send();
      }
    };
  }

  #submission(
    query: QueryLike,
    connection: ConnectionLike,
    span: Span | undefined,
    send: () => Error | null,
  ): Submission {
    return {
      span,
      send,
      sendLate: () => {
        if (connection.stream.writable === false) return;
        const refused = send();
        if (refused === null) return;
        query.handleError(refused, connection);
        // Nothing was sent, so the server has to be asked to say that it is ready for the next one.
        connection.sync();
      },
      failAfter: (error) => {
        const { callback } = query;
        if (callback) query.callback = (failure, result) => callback(failure ?? error, result);
      },
      error: (sqlstate, message) => this.#errorOf(sqlstate, message),
    };
  }

  #errorOf(sqlstate: string, message: string): Error {
    const Kind = this.#error;
    const error = Kind === null ? new Error(message) : new Kind(message, message.length, 'error');
    return Object.assign(error, { code: sqlstate, severity: 'ERROR' });
  }
}

/** Null for what is no plain statement, a cursor for instance. */
function textOf(statement: unknown): string | null {
  if (typeof statement === 'string') return statement;
  if (typeof statement !== 'object' || statement === null || !('text' in statement)) return null;
  return typeof statement.text === 'string' ? statement.text : null;
}
