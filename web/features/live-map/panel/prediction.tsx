import type { Timeline } from '@stormglass/agents/contract';
import { useMemo } from 'react';
import { count, countdown, percent } from '../../../ui/format.ts';
import styles from '../map.module.css';
import { predictBlast } from '../model/blast.ts';
import { type BreakOption, hurtsCalls } from '../model/break-options.ts';
import type { MapStructure } from '../model/graph.ts';
import type { FaultDraft } from './use-draft.ts';

interface Props {
  structure: MapStructure;
  timeline: Timeline;
  at: number;
  option: BreakOption;
  draft: FaultDraft;
}

/** What the fault would reach, from the last minutes: said before anything is armed. */
export function Prediction({ structure, timeline, at, option, draft }: Props) {
  const percentage = hurtsCalls(option.type) ? draft.percentage : 100;
  const blast = useMemo(
    () =>
      predictBlast(structure, timeline, at, {
        target: option.target,
        percentage,
        durationMs: draft.durationMs,
      }),
    [structure, timeline, at, option.target, percentage, draft.durationMs],
  );
  const hidden =
    blast.openBreakers.length > 0 ? ` ${blast.openBreakers.join(', ')} is open and hides it.` : '';
  return (
    <>
      <div className={styles.prediction}>
        <div>
          <b>{percent(blast.trafficShare)}</b>
          <span>of traffic</span>
        </div>
        <div title={blast.upstream.join(', ')}>
          <b>{blast.upstream.length}</b>
          <span>services upstream</span>
        </div>
        <div>
          <b>{count(blast.calls)}</b>
          <span>calls in {countdown(draft.durationMs)}</span>
        </div>
        <div title={blast.breakers.join(', ')}>
          <b>{blast.breakers.length}</b>
          <span>{blast.breakers.length === 1 ? 'breaker guards' : 'breakers guard'}</span>
        </div>
      </div>
      <p className="cap ink3" style={{ marginTop: 4 }}>
        Predicted from {count(blast.basis)} calls in 5 min.{hidden}
      </p>
    </>
  );
}
