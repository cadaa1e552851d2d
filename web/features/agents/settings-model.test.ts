import { PeerSettings } from '@stormglass/agents/contract';
import { describe, expect, it } from 'vitest';
import { byGroup, readDraft, type SettingTarget, settingTargets } from './settings-model.ts';

const settings = {
  timeoutMs: 3_000,
  spacingMs: 0,
  maxConnections: 64,
  errorThresholdPercentage: 50,
  volumeThreshold: 10,
  rollingWindowMs: 10_000,
  resetTimeoutMs: 30_000,
  retries: 3,
  retryBaseMs: 50,
  retryCapMs: 1_000,
  retryTimeLimits: 2,
  fallbackMaxAgeMs: 60_000,
  fallbackKept: 500,
  bulkheadSlots: 10,
  bulkheadLine: 40,
  outlierErrors: 3,
  outlierEjectionMs: 30_000,
  outlierMaxPercent: 50,
};
const instance = (name: string, timeoutMs = 3_000, max = 8) => ({
  instance: name,
  peers: [{ name: 'carrier', settings: { ...settings, timeoutMs } }],
  databases: [{ name: 'shipping', settings: { max } }],
  rateLimits: [{ name: 'gateway.user', settings: { capacity: 100, perSecond: 10 } }],
});
const target = (): SettingTarget => {
  const [first] = settingTargets([instance('a')]);
  if (!first) throw new Error('no target');
  return first;
};

describe('the settings of a service', () => {
  it('are one form a peer, a database and a rate limit, each field with its name and unit', () => {
    const targets = settingTargets([instance('a')]);
    expect(targets.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'peer carrier',
      'database shipping',
      'rateLimit gateway.user',
    ]);
    expect(targets[0]?.fields.map(({ key }) => key)).toEqual(Object.keys(PeerSettings.shape));
    for (const field of targets.flatMap(({ fields }) => fields)) {
      expect(field.title).not.toBe(field.key);
      expect(field.unit).not.toBe('');
      expect(field.max).toBeGreaterThan(field.min);
    }
  });

  it('stand in groups', () => {
    expect(byGroup(target().fields).map(([group]) => group)).toEqual([
      'Call',
      'Breaker',
      'Repetition',
      'Fallback',
      'Bulkhead',
      'Outliers',
    ]);
  });

  it('name the instances which have others', () => {
    const targets = settingTargets([instance('a'), instance('b', 500), instance('c', 3_000, 4)]);
    expect(targets.map(({ differs }) => differs)).toEqual([['b'], ['c'], []]);
  });
});

describe('what a person typed', () => {
  it('is a change as far as it differs from what is set', () => {
    expect(readDraft(target(), { timeoutMs: '500', retries: '3', bulkheadSlots: ' 20 ' })).toEqual({
      problems: {},
      settings: { timeoutMs: 500, bulkheadSlots: 20 },
    });
  });

  it('is wrong at its field when no agent would take it', () => {
    const draft = { timeoutMs: '0', retries: '', volumeThreshold: '2.5', resetTimeoutMs: 'soon' };
    const { problems, settings: change } = readDraft(target(), draft);
    expect(Object.keys(problems)).toEqual(['timeoutMs', 'volumeThreshold', 'resetTimeoutMs', 'retries']);
    expect(problems.timeoutMs).toBe('a whole number from 1 to 120,000');
    expect(change).toEqual({});
    for (const key of ['timeoutMs', 'volumeThreshold'] as const) {
      expect(PeerSettings.shape[key].safeParse(Number(draft[key])).success).toBe(false);
    }
  });
});
