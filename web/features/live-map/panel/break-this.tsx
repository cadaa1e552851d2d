'use client';
import { useMutation } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { request } from '../../../live/request.ts';
import { useSettled } from '../../../live/use-settled.ts';
import { useLiveState, useNow } from '../../../live/use-window.ts';
import { Chip } from '../../../ui/button.tsx';
import { ErrorNote } from '../../../ui/error-note.tsx';
import { countdown } from '../../../ui/format.ts';
import { CrystalGlyph } from '../../../ui/glyphs/crystal.tsx';
import { Section } from '../../../ui/panel.tsx';
import styles from '../map.module.css';
import { type BreakOption, breakOptions, type Chosen } from '../model/break-options.ts';
import type { useMap } from '../use-map.ts';
import { BreakFields } from './break-fields.tsx';
import { HoldButton } from './hold-button.tsx';
import { Prediction } from './prediction.tsx';
import { type FaultDraft, toSpec, useDraft } from './use-draft.ts';

const NO_AGENTS: never[] = [];

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

function Arm({ option, draft, halted }: { option: BreakOption; draft: FaultDraft; halted: boolean }) {
  const arm = useMutation({
    mutationFn: () => request('armFault', { input: { spec: toSpec(option, draft) } }),
  });
  const where = arm.data?.targets.map((t) => t.instance).join(', ');
  return (
    <>
      <div className={styles.go}>
        <HoldButton onHeld={() => arm.mutate()} disabled={arm.isPending || halted}>
          <CrystalGlyph />
          {arm.isPending ? 'Arming' : `Hold to arm for ${countdown(draft.durationMs)}`}
        </HoldButton>
        <span role="status">
          {halted
            ? 'Chaos is halted: release it first.'
            : where
              ? `Armed on ${where}.`
              : `By ${option.agents.join(', ')}; ends by itself.`}
        </span>
      </div>
      {arm.error ? (
        <div style={{ marginTop: 8 }}>
          <ErrorNote error={arm.error} />
        </div>
      ) : null}
    </>
  );
}

/** The menu of faults which apply here and can be injected, with their predicted reach before anything is armed. */
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
  const [picked, setPicked] = useState('');
  const option = options.find((o) => o.id === picked) ?? options[0];
  const [draft, change] = useDraft(option?.type);
  const timeline = useSettled(map.page.timeline, 2_000);
  const now = useNow();
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
      {option ? (
        <>
          <div className={styles.chips}>
            {options.map((o) => (
              <Chip key={o.id} pressed={o === option} onClick={() => setPicked(o.id)}>
                {o === option ? <CrystalGlyph r={4} /> : null}
                {o.title}
              </Chip>
            ))}
          </div>
          <BreakFields option={option} draft={draft} change={change} />
          <Prediction structure={map.structure} timeline={timeline} at={now} option={option} draft={draft} />
          <Arm key={option.id} option={option} draft={draft} halted={live?.halt.halted ?? false} />
        </>
      ) : (
        <NothingToBreak chosen={chosen} />
      )}
    </Section>
  );
}
