import { describe, expect, it } from 'vitest';
import { completions, noConditions, parseTraceQuery } from './query.ts';

function conditions(text: string) {
  const parsed = parseTraceQuery(text);
  if (!parsed.ok) throw new Error(parsed.problem.message);
  return parsed.conditions;
}
function problem(text: string) {
  const parsed = parseTraceQuery(text);
  if (parsed.ok) throw new Error(`${text} was accepted`);
  return parsed.problem;
}

describe('a search text', () => {
  it('means everything when it is empty', () => {
    expect(conditions('   ')).toEqual(noConditions());
  });

  it('reads each known key, durations in their units, and attributes with their types', () => {
    expect(
      conditions(
        'service=orders status=error duration>500ms duration<2s fault=f-1 http.route=/charges n>3 ok=true',
      ),
    ).toEqual({
      ...noConditions(),
      service: 'orders',
      status: 'error',
      minDurationMs: 500,
      maxDurationMs: 2000,
      faultId: 'f-1',
      attributes: [
        { key: 'http.route', op: '=', value: '/charges' },
        { key: 'n', op: '>', value: 3 },
        { key: 'ok', op: 'in', value: [true, 'true'] },
      ],
    });
  });

  it('takes a bare number for the number and for its text, a quoted one for the text alone', () => {
    expect(conditions('http.status=503 order.id="503" n!=7').attributes).toEqual([
      { key: 'http.status', op: 'in', value: [503, '503'] },
      { key: 'order.id', op: '=', value: '503' },
      { key: 'n', op: '!=', value: 7 },
      { key: 'n', op: '!=', value: '7' },
    ]);
  });

  it('takes words without a key, and quoted words, as the operation', () => {
    expect(conditions('POST /orders').operation).toBe('POST /orders');
    expect(conditions('operation="POST /orders" service=gateway').operation).toBe('POST /orders');
  });

  it('takes 32 hex digits as a trace id', () => {
    const parsed = parseTraceQuery('7C1E04B9A2F35D886E90B41F2C7DA513');
    expect(parsed).toMatchObject({ ok: true, traceId: '7c1e04b9a2f35d886e90b41f2c7da513' });
  });

  it('can ask that an attribute exists', () => {
    expect(conditions('has=saga.id').attributes).toEqual([{ key: 'saga.id', op: 'exists' }]);
  });
});

describe('a search text that makes no sense', () => {
  it('is refused at the place where it stops making sense, with the next move', () => {
    const text = 'service=orders duration>soon';
    const refused = problem(text);
    expect(text.slice(refused.start, refused.end)).toBe('soon');
    expect(refused.next).toContain('duration>500ms');
  });

  it.each([
    ['status=odd', 'odd'],
    ['service!=orders', 'service!=orders'],
    ['duration=5ms', 'duration=5ms'],
    ['a<b', 'b'],
    ['operation="POST', '"POST'],
    ['service=', 'service='],
  ])('%s points at %s', (text, wrong) => {
    const refused = problem(text);
    expect(text.slice(refused.start, refused.end)).toBe(wrong);
  });

  it('is refused beyond ten attributes', () => {
    const text = Array.from({ length: 11 }, (_, i) => `k${i}=v`).join(' ');
    expect(problem(text).message).toContain('10');
  });
});

describe('completion', () => {
  const known = { services: ['orders', 'payments'], operations: ['POST /orders'], faults: ['f-1'] };

  it('offers keys, then values of that key, for the word at the caret', () => {
    expect(completions('ser', 3, known).options).toEqual(['service=']);
    expect(completions('status=error service=p', 22, known)).toEqual({
      from: 13,
      options: ['service=payments'],
    });
    expect(completions('operation=', 10, known).options).toEqual(['operation="POST /orders"']);
  });
});
