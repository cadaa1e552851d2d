import {
  type CellResult,
  type CellVerdict,
  type Sweep,
  type SweepStarted,
  VERDICTS,
} from '../contract/index.ts';
import { columns } from './table.ts';
import type { Ink, Terminal } from './terminal.ts';

const INK: Record<CellVerdict, Ink> = {
  survives: 'green',
  degrades: 'yellow',
  breaks: 'red',
  corrupts: 'magenta',
  inconclusive: 'dim',
};

/** Untested cells with one reason, in a plan: more are counted. */
const SHOWN = 12;

export function resultLine({ cellId, verdict, why, reverted }: CellResult, { ink }: Terminal): string {
  const left = reverted === false ? ink('red', ' NOT REVERTED') : '';
  return `${ink(INK[verdict], verdict.padEnd(12))}  ${cellId}: ${why}${left}`;
}

/** The cells of a plan in their order, and the untested ones by reason. */
export function planLines({ plan }: SweepStarted): string[] {
  const { cells, untested, fitting } = plan;
  const rows = cells.map(({ id, score, why }, i) => [`${i + 1}`, id, score.toFixed(3), why]);
  const reasons = [...new Set(untested.map(({ reason }) => reason))];
  return [
    `${cells.length} cells can be tried; ${fitting} fit into the minutes when each takes its whole time`,
    ...columns(rows),
    ...reasons.flatMap((reason) => {
      const those = untested.filter((cell) => cell.reason === reason);
      const more = those.length > SHOWN ? [`  and ${those.length - SHOWN} more`] : [];
      const shown = those.slice(0, SHOWN).map(({ id, why }) => [`  ${id}`, why]);
      return [`untested, ${reason}: ${those.length}`, ...columns(shown), ...more];
    }),
  ];
}

export function conclusion(sweep: Sweep): string[] {
  const { results, heat, proposals, state, why, id } = sweep;
  const left = heat.cells.filter((cell) => cell.state === 'untested').length;
  const counts = (Object.keys(INK) as CellVerdict[]).flatMap((verdict) => {
    const count = newest(results).filter((result) => result.verdict === verdict).length;
    return count === 0 ? [] : [`${count} ${verdict}`];
  });
  return [
    `${counts.join(', ') || 'no cell was judged'}, ${left} untested (${state}${why === '' ? '' : `: ${why}`}; sweep ${id})`,
    ...(proposals.length === 0 ? [] : ['next would tell most:']),
    ...proposals.map(({ cellId, why: reason }) => `  ${cellId}: ${reason}`),
  ];
}

/** The newest result of each cell. */
function newest(results: readonly CellResult[]): CellResult[] {
  return [...new Map(results.map((result) => [result.cellId, result])).values()];
}

/** What is worst decides. */
export function sweepCode({ results, state }: Sweep): number {
  const last = newest(results);
  const has = (...verdicts: CellVerdict[]) => last.some(({ verdict }) => verdicts.includes(verdict));
  if (last.some(({ reverted }) => reverted === false)) return VERDICTS['revert-failed'];
  if (state === 'interrupted') return VERDICTS.interrupted;
  if (state === 'stopped') return VERDICTS.aborted;
  if (has('breaks', 'corrupts')) return VERDICTS.deviated;
  if (has('degrades')) return VERDICTS['degraded-recovered'];
  return has('survives') ? VERDICTS.passed : VERDICTS.inconclusive;
}
