import { describe, expect, it } from 'vitest';
import { breakerMove as move, breakerSample as sample } from '../../live/testing/telemetry.ts';
import { hostsOf, splitWords, stretchAt, stretchByKey, stretchCause, stretchWords } from './history.ts';
import { breakerCells } from './model.ts';

const timeline = {
  breakers: [sample(1_000, {}), sample(60_000, {})],
  transitions: [
    move(10_000, 'closed', 'open'),
    move(40_000, 'open', 'half_open'),
    move(41_000, 'half_open', 'closed'),
  ],
};

describe('the history of a breaker', () => {
  const [cell] = breakerCells(timeline, 0, 60_000);
  if (!cell) throw new Error('no cell');
  const { history } = cell;

  it('says for each instant in which state it was', () => {
    expect(stretchAt(history, 5_000)?.state).toBe('closed');
    expect(stretchAt(history, 20_000)?.state).toBe('open');
    expect(stretchAt(history, 61_000)).toBeNull();
  });

  it('says how long each state lasted, and why it began', () => {
    const open = stretchAt(history, 20_000);
    if (!open) throw new Error('not open');
    expect(stretchWords(open)).toBe('open for 30.0 s');
    expect(stretchCause(cell, open)).toContain('28 of 55 calls timed out');
    expect(history.map((span) => stretchCause(cell, span))).toEqual([
      'as the range begins',
      expect.stringContaining('28 of 55'),
      'The wait was over: a probe.',
      'The probe succeeded.',
    ]);
  });

  it('is walked by keyboard, from state to state', () => {
    expect(stretchByKey(history, null, 'ArrowLeft')).toBe(41_000);
    expect(stretchByKey(history, 41_000, 'ArrowLeft')).toBe(40_000);
    expect(stretchByKey(history, 40_000, 'ArrowLeft')).toBe(10_000);
    expect(stretchByKey(history, 41_000, 'Home')).toBe(history[0]?.from);
    expect(stretchByKey(history, 41_000, 'ArrowRight')).toBe(41_000);
    expect(stretchByKey(history, 41_000, 'a')).toBeNull();
    expect(stretchByKey([], null, 'End')).toBeNull();
  });
});

describe('a breaker on several instances', () => {
  const both = {
    breakers: [
      sample(59_000, { instance: 'orders-1', failure: 4 }),
      sample(59_500, { instance: 'orders-2' }),
    ],
    transitions: [move(58_000, 'closed', 'open', { instance: 'orders-2' })],
  };

  it('is told apart host by host, and which of them is in trouble', () => {
    const open = {
      ...both,
      breakers: [both.breakers[0], sample(59_500, { instance: 'orders-2', state: 'open' })],
    };
    const cells = breakerCells(open as typeof both, 0, 60_000);
    const [cell] = cells;
    if (!cell) throw new Error('no cell');
    const hosts = hostsOf(cells, cell);
    expect(hosts.map(({ instance, state }) => [instance, state])).toEqual([
      ['orders-1', 'closed'],
      ['orders-2', 'open'],
    ]);
    expect(splitWords(hosts)).toBe('Not closed on 1 of 2 instances: orders-2.');
    expect(splitWords(hosts.slice(1))).toBe('');
  });
});
