import { describe, expect, it } from 'vitest';
import { loadExperiments } from './load.ts';

const FOLDER = new URL('../experiments', import.meta.url).pathname;

describe('the experiments that come with Stormglass', () => {
  it('are sixteen files, each of which parses', async () => {
    const { experiments, refused } = await loadExperiments(FOLDER);
    expect(refused.map((file) => file.error.message)).toEqual([]);
    expect(experiments.map((experiment) => experiment.id)).toEqual([
      'circular-dependency',
      'connection-pool-exhausted',
      'data-inconsistency',
      'distributed-deadlock',
      'inventory-database-outage',
      'lossy-transport',
      'message-loss',
      'notifications-consumer-stopped',
      'payment-down-sagas-compensate',
      'payment-latency-opens-breaker',
      'queue-jobs-not-processing',
      'service-cannot-connect',
      'service-discovery-failure',
      'service-timeout-cascade',
      'shipping-killed-and-restarted',
      'slow-synchronous-chain',
    ]);
  });

  it('each tell a story, hurt for at most 20 s, and have a guard and a budget', async () => {
    const { experiments } = await loadExperiments(FOLDER);
    for (const { id, spec } of experiments) {
      expect(spec.story.length, id).toBeGreaterThan(100);
      expect(spec.guards.length, id).toBeGreaterThan(0);
      expect(spec.budget.recover, id).toBeGreaterThan(0);
      const faults = spec.method.flatMap(({ provider }) =>
        provider.type === 'fault' ? [provider.spec] : [],
      );
      expect(faults.length, id).toBeGreaterThan(0);
      for (const fault of faults) expect(fault.durationMs, id).toBeLessThanOrEqual(20_000);
    }
  });

  it('of the ten presets each name the protection that cures it, and the verdicts with and without', async () => {
    const { experiments } = await loadExperiments(FOLDER);
    const presets = experiments.filter(({ spec }) => spec.tags.includes('preset'));
    expect(presets).toHaveLength(10);
    for (const { id, spec } of presets) {
      expect(spec.ablations.length, id).toBeGreaterThan(0);
      expect(spec.expected?.protected, id).toContain('passed');
      expect(spec.expected?.unprotected.length, id).toBeGreaterThan(0);
      expect(spec.expected?.breaks.length, id).toBeGreaterThan(0);
    }
  });

  it('name only probes of their own as what breaks', async () => {
    const { experiments } = await loadExperiments(FOLDER);
    for (const { id, spec } of experiments) {
      const probes = spec.method.filter(({ type }) => type === 'probe').map(({ name }) => name);
      for (const one of spec.expected?.breaks ?? []) {
        if (one.type === 'probe') expect(probes, id).toContain(one.name);
      }
    }
  });

  it('a folder that does not exist is an error which says so', async () => {
    await expect(loadExperiments('/nonexistent/folder')).rejects.toMatchObject({ code: 'not_found' });
  });
});
