import type { FaultInterval } from '@stormglass/agents/contract';
import { faultWords } from '../../../live/fault-words.ts';
import { clock, durationText, plural } from '../../../ui/format.ts';
import { CrystalGlyph } from '../../../ui/glyphs/crystal.tsx';
import { Section } from '../../../ui/panel.tsx';
import { RangeLink } from '../../../ui/range-link.tsx';
import styles from '../map.module.css';

const SHOWN = 5;

function endWords(fault: FaultInterval): string {
  if (fault.endedAt === null) return 'armed now';
  const lived = durationText(fault.endedAt - fault.armedAt);
  return `${fault.reverted === false ? 'not reverted' : (fault.endReason ?? 'ended')} after ${lived}`;
}

/** What was done to this before, and how it ended. */
export function ChaosHistory({ faults }: { faults: readonly FaultInterval[] }) {
  if (faults.length === 0) return null;
  return (
    <Section title="Done to it before" aside={faults.length > SHOWN ? `${faults.length} in all` : undefined}>
      <ul className={styles.history}>
        {faults.slice(0, SHOWN).map((fault) => (
          <li key={fault.faultId}>
            <CrystalGlyph r={4} />
            <span className="mono ink3">{clock(fault.armedAt)}</span>
            <span className="clip gap" title={fault.readBack ?? undefined}>
              {faultWords(fault.spec)}, {plural(fault.injections, 'call')} hit, {endWords(fault)}
            </span>
            {fault.runId ? <RangeLink href={`/chaos/runs/${fault.runId}`}>run</RangeLink> : null}
          </li>
        ))}
      </ul>
    </Section>
  );
}
