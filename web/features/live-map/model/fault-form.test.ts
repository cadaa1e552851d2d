import { FAULT_CATALOGUE, type FaultType, parametersOf } from '@stormglass/agents/contract';
import { describe, expect, test } from 'vitest';
import { actionOf, initialValues, selectorOf, shapeOf, shownParameters } from './fault-form.ts';

const types = Object.keys(FAULT_CATALOGUE) as FaultType[];

describe('the form of a fault', () => {
  test.each(types)('%s: each parameter has a title, and what is not required needs no typing', (type) => {
    const parameters = parametersOf(type);
    for (const { title } of parameters) expect(title).not.toBe('');
    const made = actionOf(type, initialValues(parameters));
    expect(made.ok || parameters.some(({ required }) => required)).toBe(true);
  });

  test('numbers have a unit and limits, choices their options, JSON and long texts a field of their own', () => {
    expect(parametersOf('latency')).toMatchObject([
      { name: 'ms', kind: 'number', unit: 'ms', min: 0, max: 600_000, initial: 1000 },
      { name: 'distribution', kind: 'choice', options: ['fixed', 'uniform', 'normal', 'pareto'] },
      { name: 'jitterMs', when: { name: 'distribution', is: ['uniform', 'normal'] } },
      { name: 'p99Ms', initial: null },
    ]);
    expect(parametersOf('error')).toMatchObject([
      { name: 'status', initial: 503 },
      { name: 'body', kind: 'text', long: true },
      { name: 'headers', kind: 'json', initial: {} },
      { name: 'code', kind: 'text' },
      { name: 'message', kind: 'text' },
    ]);
    expect(parametersOf('process_kill')).toMatchObject([
      { title: 'Restart after', unit: 'ms', initial: 2000 },
    ]);
  });

  test('what another choice makes meaningless is neither shown nor sent', () => {
    const values = { ms: '200', distribution: 'pareto', jitterMs: '9', p99Ms: '900' };
    expect(shownParameters(parametersOf('latency'), values).map(({ name }) => name)).toEqual([
      ...['ms', 'distribution', 'p99Ms'],
    ]);
    expect(actionOf('latency', values)).toEqual({
      ok: true,
      value: { type: 'latency', ms: 200, distribution: 'pareto', jitterMs: 0, p99Ms: 900 },
    });
  });

  test('says in the words of the contract what is wrong', () => {
    expect(actionOf('latency', { ms: '700000' })).toEqual({
      ok: false,
      problem: 'Delay: must be a whole number of ms from 0 to 600000',
    });
    expect(actionOf('corrupt', { patch: '{no' }).ok).toBe(false);
    expect(actionOf('latency', { ms: '5', distribution: 'pareto', p99Ms: '5' })).toMatchObject({ ok: false });
  });

  test('selects calls, and shapes them over time', () => {
    const calls = {
      method: 'get',
      headerName: 'x-client',
      headerValue: '',
      scope: 'me',
      tenant: '',
      route: '',
    };
    expect(selectorOf(30, calls)).toEqual({
      ok: true,
      value: { percentage: 30, method: 'GET', header: { name: 'x-client' }, scope: 'me' },
    });
    expect(shapeOf('pulse', { onMs: '100' })).toEqual({
      ok: true,
      value: { type: 'pulse', onMs: 100, offMs: 5_000 },
    });
    expect(shapeOf('constant', {})).toEqual({ ok: true, value: undefined });
  });
});
