import { readdirSync, readFileSync } from 'node:fs';
import { ExperimentSpec, type RunSummary } from '@stormglass/chaos/contract';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { experimentCards, found } from './model.ts';
import { outlineOf } from './outline.ts';

const FOLDER = new URL('../../../chaos/experiments/', import.meta.url);
const files = readdirSync(FOLDER)
  .sort()
  .map((name) => ({
    id: name.replace('.yaml', ''),
    spec: ExperimentSpec.parse(parse(readFileSync(new URL(name, FOLDER), 'utf8'))),
  }));
const run = (experimentId: string, startedAt: number): RunSummary => ({
  ...{
    id: `${startedAt}`,
    experimentId,
    title: '',
    seed: 1,
    unprotected: false,
    startedBy: 'ada',
    startedAt,
  },
  ...{ endedAt: null, phase: 'method', verdict: null, why: '' },
});

describe('the library', () => {
  it('has the ten presets first, then all others, none lost', () => {
    const cards = experimentCards(files, []);
    expect(cards.map(({ preset }) => preset)).toEqual([...Array(10).fill(true), ...Array(6).fill(false)]);
    expect(cards.map(({ id }) => id).sort()).toEqual(files.map(({ id }) => id));
  });

  it('shows how each ended last', () => {
    const runs = [run('message-loss', 1), run('message-loss', 3), run('message-loss', 2), run('other', 9)];
    const cards = experimentCards(files, runs);
    expect(cards.find(({ id }) => id === 'message-loss')?.last?.startedAt).toBe(3);
    expect(cards.filter(({ last }) => last !== null)).toHaveLength(1);
  });

  it('is searched by every word: title, story, fault, service, tag', () => {
    const cards = experimentCards(files, []);
    const ids = (find: string) => found(cards, find).map(({ id }) => id);
    expect(ids('')).toHaveLength(16);
    expect(ids('preset')).toHaveLength(10);
    expect(ids('  OUTBOX  broker ')).toContain('message-loss');
    expect(ids('payments latency')).toContain('payment-latency-opens-breaker');
    expect(ids('nothing has this')).toEqual([]);
  });
});

describe('the outline of an experiment', () => {
  const outline = (id: string) => {
    const file = files.find((one) => one.id === id);
    if (!file) throw new Error(`no ${id}`);
    return outlineOf(file.spec);
  };

  it('says what is looked at, done, guarded and undone', () => {
    const { watched, steady, method, guards, undone, budget } = outline('payment-latency-opens-breaker');
    expect(watched).toBe('share of good answers of POST /orders of gateway, within 1500 ms, over 5 s');
    expect(steady.probes.map(({ says }) => says)).toEqual([
      `${watched}; allowed: 0.8 to 1`,
      'breaker orders → payments is closed, within 30 s',
    ]);
    expect(method).toEqual([
      {
        kind: 'fault',
        name: 'charges take 3.5 s longer',
        says: 'payments latency 3.5 s on 80 %, for 20.0 s',
      },
      { kind: 'probe', name: 'the breaker opens', says: 'breaker orders → payments is open, within 20 s' },
    ]);
    expect(guards).toEqual([expect.objectContaining({ says: expect.stringContaining('allowed: 0 to 0.5') })]);
    expect(undone).toEqual([expect.stringContaining('ends by itself after 20.0 s')]);
    expect(budget).toEqual(['detected within 15 s', 'recovered within 45 s of the end of the fault']);
  });

  it('has words for every step of every experiment that comes with us', () => {
    for (const { id, spec } of files) {
      const { method, steady, guards } = outlineOf(spec);
      for (const line of [...method, ...steady.probes, ...guards])
        expect([id, line.says]).not.toEqual([id, '']);
    }
  });
});
