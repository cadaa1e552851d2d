import type { FaultInterval } from '@stormglass/agents/contract';
import { faultWords } from '../../../live/fault-words.ts';
import { countdown, plural } from '../../../ui/format.ts';
import { CrystalGlyph } from '../../../ui/glyphs/crystal.tsx';
import { Section } from '../../../ui/panel.tsx';
import styles from '../map.module.css';

/** Every fault that a badge counts, each with what is left of it. */
export function ArmedNow({ faults, at }: { faults: readonly FaultInterval[]; at: number }) {
  if (faults.length === 0) return null;
  return (
    <Section title="Armed now" aside={plural(faults.length, 'fault')} tint="fault">
      <ul className={styles.history}>
        {faults.map((fault) => (
          <li key={fault.faultId}>
            <CrystalGlyph r={4} />
            <span className="clip gap fault" title={faultWords(fault.spec)}>
              {faultWords(fault.spec)}
            </span>
            <span>
              {at < fault.expiresAt ? `${countdown(fault.expiresAt - at)} left` : 'ending'},{' '}
              {plural(fault.injections, 'call')} hit
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
