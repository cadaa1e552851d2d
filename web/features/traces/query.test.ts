import { describe, expect, it } from 'vitest';
import { noConditions, parseTraceQuery } from './query.ts';

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

  it('takes words without a key, and quoted words, as text that a span must say', () => {
    expect(conditions('status=error card "not found"').text).toEqual(['card', 'not found']);
  });

  it('takes the operation by its key', () => {
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

  it('is refused at the sixth word', () => {
    const text = 'a b c d e six';
    const refused = problem(text);
    expect(text.slice(refused.start, refused.end)).toBe('six');
  });

  it('is refused beyond ten attributes', () => {
    const text = Array.from({ length: 11 }, (_, i) => `k${i}=v`).join(' ');
    expect(problem(text).message).toContain('10');
  });
});
