import { ExperimentSpec, GameDayPlan } from '@stormglass/chaos/contract';
import { describe, expect, it } from 'vitest';
import { plannedSteps, told } from './gameday-words.ts';

const sli = { service: 'gateway', metric: 'good_rate' };
const SLOW = ExperimentSpec.parse({
  ...{ title: 'Payments are slow', description: 'x', sli },
  'steady-state-hypothesis': {
    title: 'Orders work',
    probes: [{ type: 'probe', name: 'good', provider: { type: 'sli', query: sli } }],
  },
  method: [
    {
      ...{ type: 'action', name: 'slow' },
      provider: {
        type: 'fault',
        spec: {
          ...{ action: { type: 'latency', ms: 500 }, target: { kind: 'service', service: 'payments' } },
        },
      },
    },
  ],
});
const EXPERIMENTS = new Map([['slow', SLOW]]);
const PLAN = GameDayPlan.parse({
  title: 'Friday drill',
  steps: [
    { type: 'ask', says: 'Ready?' },
    { type: 'experiment', id: 'slow', seed: 3 },
    { type: 'pause', seconds: 60 },
    { type: 'experiment', id: 'gone', unprotected: true },
  ],
});

describe('a game day', () => {
  it('says what it will do and hurt before it is started, and which experiment is not there', () => {
    expect(plannedSteps(PLAN, EXPERIMENTS)).toEqual([
      { words: 'Waits for an answer: Ready?', hurts: [], missing: false },
      {
        ...{ words: 'Payments are slow, seed 3', missing: false },
        hurts: ['payments latency 500 ms, for 30.0 s'],
      },
      { words: 'Pause of 60 s', hurts: [], missing: false },
      { words: 'gone, seed 1, without its protections', hurts: [], missing: true },
    ]);
  });

  it('tells what has happened with its notes in between', () => {
    const line = { endedAt: null, runId: null, verdict: null };
    const gameday = {
      ...{ id: 'g', plan: PLAN, startedBy: 'ada', startedAt: 1, endedAt: null, state: 'running' as const },
      why: '',
      done: [
        { ...line, startedAt: 10 },
        { ...line, startedAt: 30, runId: 'r', verdict: 'passed' as const },
      ],
      notes: [{ at: 20, by: 'ada', step: 0, text: 'all look' }],
    };
    expect(told(gameday, EXPERIMENTS).map(({ words, verdict, kind }) => [words, verdict, kind])).toEqual([
      ['Waits for an answer: Ready?', null, 'step'],
      ['ada: all look', null, 'note'],
      ['Payments are slow, seed 3', 'passed', 'step'],
    ]);
  });
});
