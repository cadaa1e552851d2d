import type { ChangeReport, InvariantReport } from '@stormglass/agents/contract';
import { describe, expect, it } from 'vitest';
import { judgedRows } from './judged.ts';

const percent = (share: number) => `${share * 100} %`;
const rows = (invariants: InvariantReport | null, changes: ChangeReport | null) =>
  Object.fromEntries(judgedRows(invariants, changes, percent).map((row) => [row.id, row]));
const report = (checked: string[], violated: string[]): InvariantReport => ({
  checked,
  violations: violated.map((id) => ({
    id,
    at: 1,
    restoredAt: null,
    service: 'auditor',
    detail: '',
    traceId: '',
  })),
  truncated: false,
});
const figures = {
  ...{ calls: 100, errors: 0, receipts: 0, rate: 1, errorRatio: 0, p50Ms: 1, p95Ms: 1, p99Ms: 1 },
};
const changed = (...verdicts: ChangeReport['changes'][number]['verdict'][]): ChangeReport => {
  const known = verdicts.filter((v) => v !== 'unknown');
  return {
    changes: verdicts.map((verdict, n) => ({
      ...{ service: 'orders', from: `${n}`, to: `${n + 1}`, at: n, before: figures, after: figures, verdict },
    })),
    failureRatio: known.length === 0 ? null : known.filter((v) => v === 'failed').length / known.length,
    truncated: false,
  };
};

describe('corruption', () => {
  it('is unknown while nobody checks', () => {
    expect(rows(null, null).corruption).toMatchObject({ verdict: 'unknown', value: 'unknown' });
    expect(rows(report([], []), null).corruption).toMatchObject({ verdict: 'unknown' });
  });
  it('says nothing of auditors when there is no answer', () => {
    const { corruption, changes } = rows(null, null);
    expect([corruption?.basis, changes?.basis]).toEqual([
      'the store did not answer',
      'the store did not answer',
    ]);
  });
  it('holds when all that was checked held', () => {
    expect(rows(report(['I1', 'I2'], []), null).corruption).toMatchObject({
      ...{ verdict: 'holds', value: '0', basis: '2 invariants checked' },
    });
  });
  it('names what was violated', () => {
    expect(rows(report(['I1', 'I2'], ['I2', 'I2']), null).corruption).toMatchObject({
      ...{ verdict: 'broken', value: '2', basis: 'violated: I2' },
    });
  });
});

describe('changes', () => {
  it('are unknown without one that can be judged', () => {
    expect(rows(null, changed()).changes).toMatchObject({
      verdict: 'unknown',
      basis: 'no new version in the range',
    });
    expect(rows(null, changed('unknown')).changes).toMatchObject({
      ...{ verdict: 'unknown', basis: '0 of 1 new versions judged' },
    });
  });
  it('hold below one in twenty', () => {
    expect(rows(null, changed('held', 'unknown')).changes).toMatchObject({ verdict: 'holds', value: '0 %' });
    expect(rows(null, changed('held', 'failed')).changes).toMatchObject({
      ...{ verdict: 'broken', value: '50 %', basis: 'orders 2 of 2 judged' },
    });
  });
});
