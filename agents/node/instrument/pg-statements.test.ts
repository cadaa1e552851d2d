import { expect, test } from 'vitest';
import { type Hindrance, PgStatements } from './pg-statements.ts';

/** As much of node-postgres as the seam hangs on: a client that submits at once. */
function driver() {
  const sent: string[] = [];
  class Query {
    readonly text: string;
    constructor(text: string) {
      this.text = text;
    }
    submit(): Error | null {
      sent.push(this.text);
      return null;
    }
    handleError(): void {}
  }
  class Client {
    database = 'orders';
    readonly _queryQueue: Query[] = [];
    query(text: string): Error | null {
      return new Query(text).submit();
    }
  }
  const statements = new PgStatements();
  statements.attach({ Client, Query, DatabaseError: Error });
  return { sent, client: new Client(), statements };
}

test('a choice that throws lets the statement through', () => {
  const { client, sent, statements } = driver();
  statements.onStatement = () => {
    throw new Error('a bug of ours');
  };
  expect(client.query('select 1')).toBe(null);
  expect(sent).toEqual(['select 1']);
});

test('a hindrance that throws lets the statement through, once', () => {
  const { client, sent, statements } = driver();
  const bug: Hindrance = ({ send }) => {
    send();
    throw new Error('a bug of ours');
  };
  statements.onStatement = () => bug;
  client.query('select 1');
  statements.onStatement = () => () => {
    throw new Error('another bug of ours');
  };
  client.query('select 2');
  expect(sent).toEqual(['select 1', 'select 2']);
});

test('a statement is hindered with its own database and text, and only that one', () => {
  const { client, sent, statements } = driver();
  const asked: object[] = [];
  statements.onStatement = (statement) => {
    asked.push(statement);
    return ({ error }) => error('40001', 'no');
  };
  expect(client.query('select 1')).toMatchObject({ code: '40001', message: 'no' });
  statements.onStatement = null;
  expect(client.query('select 2')).toBe(null);
  expect(asked).toEqual([{ text: 'select 1', database: 'orders' }]);
  expect(sent).toEqual(['select 2']);
});
