'use client';
import type { FaultSpec } from '@stormglass/agents/contract';
import { useMutation } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { request } from '../../../live/request.ts';
import { useSettled } from '../../../live/use-settled.ts';
import { useLiveState, useNow } from '../../../live/use-window.ts';
import { Chip } from '../../../ui/button.tsx';
import { ErrorNote } from '../../../ui/error-note.tsx';
import { count, countdown, plural } from '../../../ui/format.ts';
import { CrystalGlyph } from '../../../ui/glyphs/crystal.tsx';
import { Section } from '../../../ui/panel.tsx';
import styles from '../map.module.css';
import { type Blast, predictBlast } from '../model/blast.ts';
import { type BreakOption, breakOptions, type Chosen } from '../model/break-options.ts';
import { type Checked, checkDraft, countProblems, type FaultDraft, specOf } from '../model/fault-draft.ts';
import type { useMap } from '../use-map.ts';
import { BreakFields } from './break-fields.tsx';
import { HoldButton } from './hold-button.tsx';
import { Prediction } from './prediction.tsx';
import { useDraft } from './use-draft.ts';

const NO_AGENTS: never[] = [];
/** Room of a row of chips, px, and about how wide a letter and the rest of a chip are. */
const ROW_PX = 290;
const LETTER_PX = 5.9;
const CHIP_PX = 24;

/** How many chips fit into one row, beside the one that says how many more there are. */
export function chipsInRow(titles: readonly string[]): number {
  let used = 0;
  for (const [i, title] of titles.entries()) {
    used += title.length * LETTER_PX + CHIP_PX;
    if (used > ROW_PX) return i;
  }
  return titles.length;
}

/** One row of them; the picked one is among them wherever it stands. */
function inOneRow(options: readonly BreakOption[], picked: BreakOption | undefined): readonly BreakOption[] {
  const shown = options.slice(0, chipsInRow(options.map((o) => o.title)));
  if (!picked || shown.includes(picked)) return shown;
  const others = options.filter((o) => o !== picked);
  const fits = chipsInRow([picked, ...others].map((o) => o.title));
  return [picked, ...others.slice(0, Math.max(0, fits - 1))];
}

type MapView = ReturnType<typeof useMap>;

function NothingToBreak({ chosen }: { chosen: Chosen }) {
  const who =
    chosen.kind === 'edge' ? chosen.from : chosen.kind === 'queue' ? 'its consumers' : chosen.service;
  return (
    <p className="cap ink3" style={{ marginTop: 6 }}>
      No connected agent can hurt this. Start {who} with the agent and{' '}
      <code className="mono">STORMGLASS_CHAOS=on</code>.
    </p>
  );
}

function basisWords(blast: Blast): string {
  const hidden =
    blast.openBreakers.length > 0 ? ` ${blast.openBreakers.join(', ')} is open and hides it.` : '';
  if (blast.basis === 0) return `No call was seen here in 5 min: it hurts the first that comes.${hidden}`;
  return `Predicted from ${count(blast.basis)} calls in 5 min.${hidden}`;
}

interface ArmProps {
  option: BreakOption;
  checked: Checked;
  /** What it would reach; null while the form is wrong. */
  blast: Blast | null;
  halted: boolean;
}

/** Why nothing can be armed, or what would happen; said beside the button. */
function armWords({ checked, blast, halted }: ArmProps, where: string | undefined): string {
  if (halted) return 'Chaos is halted: release it first.';
  if (!blast || !checked.wish) {
    const wrong = plural(countProblems(checked.problems), 'field');
    return `${wrong} to put right first.`;
  }
  return where ? `Armed on ${where}.` : basisWords(blast);
}

function Arm(props: ArmProps) {
  const { option, checked, halted } = props;
  const { wish, durationMs } = checked;
  const arm = useMutation({
    mutationFn: (spec: FaultSpec) => request('armFault', { input: { spec } }),
  });
  const arming = () => {
    if (wish) arm.mutate(specOf(option, wish));
  };
  const where = arm.data?.targets.map((t) => t.instance).join(', ');
  return (
    <>
      <div className={styles.go}>
        <HoldButton onHeld={arming} disabled={arm.isPending || halted || !wish}>
          <CrystalGlyph />
          {arm.isPending
            ? 'Arming'
            : durationMs === null
              ? 'Hold to arm'
              : `Hold to arm for ${countdown(durationMs)}`}
        </HoldButton>
        <span role="status">{armWords(props, where)}</span>
      </div>
      {arm.error ? (
        <div style={{ marginTop: 8 }}>
          <ErrorNote error={arm.error} />
        </div>
      ) : null}
    </>
  );
}

/** What the fault of the form would reach; null while share or duration are wrong. */
function useBlast(option: BreakOption, checked: Checked, map: MapView): Blast | null {
  const timeline = useSettled(map.page.timeline, 2_000);
  const now = useNow();
  const { target } = option;
  const { percentage, durationMs } = checked;
  return useMemo(() => {
    if (percentage === null || durationMs === null) return null;
    return predictBlast(map.structure, timeline, now, { target, percentage, durationMs });
  }, [map.structure, timeline, now, target, percentage, durationMs]);
}

interface FormProps {
  option: BreakOption;
  draft: FaultDraft;
  change: (change: Partial<FaultDraft>) => void;
  map: MapView;
  halted: boolean;
}

/** How the picked fault hurts, what that would reach, and the button. */
function FaultForm({ option, draft, change, map, halted }: FormProps) {
  const checked = checkDraft(option.type, draft);
  const blast = useBlast(option, checked, map);
  return (
    <>
      <BreakFields option={option} draft={draft} problems={checked.problems} change={change} />
      {blast && checked.durationMs !== null ? (
        <Prediction blast={blast} durationMs={checked.durationMs} />
      ) : null}
      <Arm key={option.id} option={option} checked={checked} blast={blast} halted={halted} />
    </>
  );
}

function Menu({ options, map, halted }: { options: readonly BreakOption[]; map: MapView; halted: boolean }) {
  const [picked, setPicked] = useState('');
  const [all, setAll] = useState(false);
  const option = options.find((o) => o.id === picked);
  // Kept here, so that a form which is folded away comes back as it was left.
  const [draft, change] = useDraft(option?.type);
  // A choice from the long list folds it again, or the list would stand between the panel and the form.
  const pick = (id: string) => {
    setPicked(id === picked ? '' : id);
    setAll(false);
  };
  const shown = all ? options : inOneRow(options, option);
  return (
    <>
      <div className={styles.chips}>
        {shown.map((o) => (
          <Chip key={o.id} tint="fault" pressed={o === option} onClick={() => pick(o.id)}>
            {o === option ? <CrystalGlyph r={4} /> : null}
            {o.title}
          </Chip>
        ))}
        {options.length > shown.length ? (
          <Chip pressed={false} onClick={() => setAll(true)}>
            {options.length - shown.length} more
          </Chip>
        ) : null}
      </div>
      {option ? (
        <FaultForm option={option} draft={draft} change={change} map={map} halted={halted} />
      ) : (
        <p className="cap ink3" style={{ marginTop: 6 }}>
          Choose a fault: what it would reach is shown before it is armed.
        </p>
      )}
    </>
  );
}

export function BreakThis({
  chosen,
  map,
  hurtBefore,
}: {
  chosen: Chosen;
  map: ReturnType<typeof useMap>;
  hurtBefore: number;
}) {
  const live = useLiveState();
  const agents = live?.agents ?? NO_AGENTS;
  const options = useMemo(() => breakOptions(chosen, agents), [chosen, agents]);
  return (
    <Section
      title="Break this"
      tint="fault"
      grow
      aside={
        hurtBefore > 0
          ? `hurt ${hurtBefore} ${hurtBefore === 1 ? 'time' : 'times'} before`
          : 'never hurt so far'
      }
    >
      {options.length > 0 ? (
        <Menu options={options} map={map} halted={live?.halt.halted ?? false} />
      ) : (
        <NothingToBreak chosen={chosen} />
      )}
    </Section>
  );
}
