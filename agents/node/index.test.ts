import { expect, test } from 'vitest';
import { z } from 'zod';
import { controls } from './controls.ts';
import {
  emitEvent,
  flushTelemetry,
  injectContext,
  metricsText,
  recordSaga,
  registerControl,
  withRemoteContext,
  withSagaSpan,
  withSagaStep,
} from './index.ts';

test('without an agent everything works and nothing happens', async () => {
  emitEvent('x', { a: 1 });
  recordSaga({ event: 'started', sagaId: 's1', type: 'create-order' });
  expect(injectContext()).toEqual({});
  expect(withRemoteContext(undefined, () => 7)).toBe(7);
  const info = { sagaId: 's1', type: 'create-order' };
  expect(await withSagaSpan(info, async () => 1)).toBe(1);
  const failing = withSagaStep({ ...info, step: 'charge', kind: 'action' }, async () => {
    throw new Error('declined');
  });
  await expect(failing).rejects.toThrow('declined');
  await flushTelemetry();
});

test('the metrics text is in the Prometheus format, and calls nothing a total that can fall', async () => {
  const text = await metricsText();
  expect(text).toContain('# TYPE process_cpu_user_seconds_total counter');
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  expect(types.length).toBeGreaterThan(10);
  for (const [, name, type] of types) expect(name?.endsWith('_total')).toBe(type === 'counter');
  for (const line of text.trim().split('\n')) {
    expect(line).toMatch(/^(# (HELP|TYPE) .+|[a-z0-9_]+(\{.*\})? \S+|)$/);
  }
  expect(await metricsText()).toContain('process_cpu_user_seconds_total');
});

test('what a control refuses with a code of its own and 409 is a conflict to the hub', async () => {
  const refusal = Object.assign(new Error('not stuck'), { code: 'not_stuck', status: 409 });
  const withdraw = registerControl({
    ...{ name: 'saga.resolve', title: 'Resolve', input: z.object({}) },
    run: () => Promise.reject(refusal),
  });
  const answer = await controls.invoke({ name: 'saga.resolve', input: {}, by: 'me' });
  expect(answer).toMatchObject({ ok: false, message: 'not stuck', code: 'conflict' });
  withdraw();
});

test('a control is offered with its schema, parses its input, and answers for its errors', async () => {
  const withdraw = registerControl({
    name: 'load.set',
    title: 'Set the load',
    input: z.object({ rate: z.number().min(0) }),
    run: ({ rate }) => {
      if (rate > 100) throw new Error('too much');
      return { rate };
    },
  });
  expect(controls.describe()).toMatchObject([{ name: 'load.set', input: { properties: { rate: {} } } }]);
  const call = (input: unknown) => controls.invoke({ name: 'load.set', input, by: 'me' });
  expect(await call({ rate: 5 })).toEqual({ ok: true, result: { rate: 5 } });
  expect(await call({ rate: -1 })).toMatchObject({ ok: false, next: 'Correct the named fields.' });
  expect(await call({ rate: 500 })).toMatchObject({ ok: false, message: 'too much' });
  withdraw();
  expect(await call({ rate: 5 })).toMatchObject({
    ok: false,
    message: 'this process has no control load.set',
  });
});
