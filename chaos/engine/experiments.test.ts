import { describe, expect, it } from 'vitest';
import { loadExperiments } from './load.ts';

const FOLDER = new URL('../experiments', import.meta.url).pathname;

describe('the experiments that come with Stormglass', () => {
  it('are five files, each of which parses', async () => {
    const { experiments, refused } = await loadExperiments(FOLDER);
    expect(refused.map((file) => file.error.message)).toEqual([]);
    expect(experiments.map((experiment) => experiment.id)).toEqual([
      'inventory-database-outage',
      'notifications-consumer-stopped',
      'payment-down-sagas-compensate',
      'payment-latency-opens-breaker',
      'shipping-killed-and-restarted',
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
      expect(faults.length, id).toBe(1);
      for (const fault of faults) expect(fault.durationMs, id).toBeLessThanOrEqual(20_000);
    }
  });

  it('a folder that does not exist is an error which says so', async () => {
    await expect(loadExperiments('/nonexistent/folder')).rejects.toMatchObject({ code: 'not_found' });
  });
});
