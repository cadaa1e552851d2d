import { trace } from '@opentelemetry/api';
import { type FaultAction, StormglassError } from '../../../contract/index.ts';
import type { Hindrance, PgStatements, Statement } from '../../instrument/pg-statements.ts';
import type { Effect, Grip, Injector } from '../../leases.ts';
import { Share } from '../share.ts';
import { queryError } from './query-error.ts';
import { slowQuery } from './slow-query.ts';

type StatementAction = Extract<FaultAction, { type: 'slow_query' | 'query_error' }>;

interface Armed {
  share: Share;
  matches(statement: Statement): boolean;
  hinder: Hindrance;
}

/** Faults on the statements that this process sends to PostgreSQL. They die with the process. */
export class StatementSeam implements Injector {
  readonly #statements: PgStatements;
  #armed: Armed[] = [];

  constructor(statements: PgStatements) {
    this.#statements = statements;
  }

  get capabilities(): string[] {
    return this.#statements.attached ? ['slow_query:service', 'query_error:service'] : [];
  }

  arm(grip: Grip): Effect {
    const { spec } = grip.lease;
    const { action } = spec;
    if (action.type !== 'slow_query' && action.type !== 'query_error') {
      throw new StormglassError(
        'fault_unsupported',
        'only statements can be hurt here',
        'Choose another fault.',
      );
    }
    const share = new Share(grip, () => this.#keep(this.#armed.filter((other) => other !== armed)));
    const armed: Armed = {
      share,
      matches: matcher(action),
      hinder:
        action.type === 'slow_query' ? slowQuery(share, action) : queryError(share, action, spec.position),
    };
    this.#keep([...this.#armed, armed]);
    return share;
  }

  #keep(armed: Armed[]): void {
    this.#armed = armed;
    this.#statements.onStatement = armed.length === 0 ? null : (statement) => this.#choose(statement);
  }

  /** One fault a statement: the first that picks it. */
  #choose(statement: Statement): Hindrance | null {
    const traceId = trace.getActiveSpan()?.spanContext().traceId ?? '';
    const candidate = { operation: 'statement', name: statement.text, traceId };
    const found = this.#armed.find(({ matches, share }) => matches(statement) && share.picks(candidate));
    return found?.hinder ?? null;
  }
}

function matcher({ database, statement }: StatementAction): (statement: Statement) => boolean {
  const pattern = statement === undefined ? null : new RegExp(statement, 'i');
  return (one) =>
    (database === undefined || database === one.database) && (pattern === null || pattern.test(one.text));
}
