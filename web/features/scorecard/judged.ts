import type { ChangeReport, InvariantReport } from '@stormglass/agents/contract';
import type { SloRow } from './model.ts';

/** Of the changes of versions that could be judged, so many may break a service level. */
export const MAX_CHANGE_FAILURE = 0.05;
/** So many names in one line; the rest are counted. */
const NAMES = 3;

const NO_ANSWER = 'the store did not answer';

const BLANK = { spent: null, brokenBy: null } as const;

function someOf(names: readonly string[]): string {
  const shown = names.slice(0, NAMES).join(', ');
  return names.length > NAMES ? `${shown} and ${names.length - NAMES} more` : shown;
}

function corruptionRow(report: InvariantReport | null): SloRow {
  const violations = report?.violations ?? [];
  const checked = report?.checked.length ?? 0;
  const violated = [...new Set(violations.map((v) => v.id))];
  const known = checked > 0 || violations.length > 0;
  return {
    ...BLANK,
    id: 'corruption',
    title: 'Corruption',
    limit: 'none: every invariant holds',
    value: known ? String(violations.length) : 'unknown',
    verdict: !known ? 'unknown' : violations.length === 0 ? 'holds' : 'broken',
    basis:
      report === null
        ? NO_ANSWER
        : !known
          ? 'no auditor has checked an invariant in the range'
          : violations.length === 0
            ? `${checked} ${checked === 1 ? 'invariant' : 'invariants'} checked`
            : `violated: ${someOf(violated)}`,
  };
}

function changeRow(report: ChangeReport | null, percent: (share: number) => string): SloRow {
  const changes = report?.changes ?? [];
  const ratio = report?.failureRatio ?? null;
  const failed = changes.filter((c) => c.verdict === 'failed');
  const judged = changes.filter((c) => c.verdict !== 'unknown').length;
  return {
    ...BLANK,
    id: 'changes',
    title: 'Changes that fail',
    limit: 'below 5 % of new versions',
    value: ratio === null ? 'unknown' : percent(ratio),
    verdict: ratio === null ? 'unknown' : ratio < MAX_CHANGE_FAILURE ? 'holds' : 'broken',
    basis:
      report === null
        ? NO_ANSWER
        : changes.length === 0
          ? 'no new version in the range'
          : failed.length > 0
            ? `${someOf(failed.map((c) => `${c.service} ${c.to}`))} of ${judged} judged`
            : `${judged} of ${changes.length} new versions judged`,
  };
}

/** The levels that come from auditors and from new versions. Unknown stays unknown. */
export function judgedRows(
  invariants: InvariantReport | null,
  changes: ChangeReport | null,
  percent: (share: number) => string,
): SloRow[] {
  return [corruptionRow(invariants), changeRow(changes, percent)];
}
