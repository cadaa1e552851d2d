import { StormglassError } from '@stormglass/agents/contract';
import { describe, expect, it } from 'vitest';
import { parseExperiment } from './parse.ts';

const VALID = `
title: t
description: d
sli: { service: gateway, metric: good_rate }
steady-state-hypothesis:
  title: all is well
  probes:
    - type: probe
      name: answers
      provider: { type: sli, query: { service: gateway, metric: good_rate } }
      tolerance: { type: range, range: [0.9, 1] }
method:
  - type: action
    name: slow
    provider:
      type: fault
      spec:
        action: { type: latency, ms: 900 }
        target: { kind: service, service: payments }
`;

function refusal(text: string): StormglassError {
  try {
    parseExperiment(text);
  } catch (error) {
    if (error instanceof StormglassError) return error;
    throw error;
  }
  throw new Error('the experiment was accepted');
}

describe('an experiment file', () => {
  it('is filled up with the defaults of the format', () => {
    const spec = parseExperiment(VALID);
    expect(spec.guards).toEqual([]);
    expect(spec.sli).toMatchObject({ within_ms: 500, window: 10 });
    const provider = spec.method[0]?.provider;
    expect(provider?.type === 'fault' && provider.spec).toMatchObject({
      position: 'before',
      durationMs: 30_000,
    });
  });

  it('has guards that watch one thing each', () => {
    const guards = (watch: string) =>
      `${VALID}guards:\n  - { name: g, ${watch}tolerance: { type: range, range: [0, 1] } }\n`;
    expect(parseExperiment(guards('watch: { type: stuck_sagas }, ')).guards).toHaveLength(1);
    expect(refusal(guards('')).message).toContain('guards[0]');
    expect(refusal(guards('watch: { type: moon }, ')).message).toMatch(/write one of queue, stuck_sagas/);
  });

  it('that is refused names every problem with path, line and what to write instead', () => {
    const error = refusal(
      VALID.replace('title: t\n', '').replace('type: latency', 'type: slowness').replace('[0.9, 1]', '[0.9]'),
    );
    expect(error.code).toBe('experiment_invalid');
    expect(error.message).toContain('3 problems');
    expect(error.message).toContain('- title is missing; write a string');
    expect(error.message).toMatch(
      /method\[0]\.provider\.spec\.action\.type \(line 17\) is "slowness"; write one of latency, error, hang/,
    );
    expect(error.message).toContain('steady-state-hypothesis.probes[0].tolerance');
    expect(error.next).toBe('Correct the file and load it again.');
  });

  it('may not hold a key nobody knows: a misspelt percentage would hurt everybody', () => {
    const text = VALID.replace('payments }', 'payments }\n        selector: { percantage: 5 }');
    expect(refusal(text).message).toMatch(/selector\.percantage \(line 20\) is not known here; remove it/);
  });

  it('may not ask for a fault that means nothing on its target', () => {
    const text = VALID.replace('kind: service', 'kind: process');
    expect(refusal(text).message).toContain('latency applies to service or edge or point, not to process');
  });

  it('may not act in its hypothesis, nor call an action a probe', () => {
    const acting = VALID.replace(
      '{ type: sli, query: { service: gateway, metric: good_rate } }',
      '{ type: control, service: loadgen, name: load.set, input: { rate: 5 } }',
    );
    expect(refusal(acting).message).toContain('a hypothesis only looks: write sli, breaker, queue or saga');
    const misnamed = VALID.replace('type: action', 'type: probe');
    expect(refusal(misnamed).message).toContain('method[0].type');
    expect(refusal(misnamed).message).toContain('write action');
  });

  it('may not wait for a range that holds nothing', () => {
    expect(refusal(VALID.replace('[0.9, 1]', '[1, 0.9]')).message).toContain('holds nothing: write [0.9, 1]');
  });

  it('that is no YAML is refused with the place', () => {
    expect(refusal('title: [').message).toMatch(/line \d+/);
    expect(refusal('').message).toContain('the file');
  });

  it('may be JSON', () => {
    expect(parseExperiment(JSON.stringify(parseExperiment(VALID))).title).toBe('t');
  });
});
