import type { FaultPosition } from '@stormglass/agents/contract';
import styles from '../map.module.css';
import { type BreakOption, hurtsCalls, type Parameter, parametersOf } from '../model/break-options.ts';
import type { FaultDraft } from './use-draft.ts';

interface NumberFieldProps {
  label: string;
  unit: string;
  value: number;
  min: number;
  max: number;
  onChange: (value: number) => void;
}

function NumberField({ label, unit, value, min, max, onChange }: NumberFieldProps) {
  return (
    <label className={styles.field}>
      {label}
      <input
        type="number"
        required
        value={Number.isNaN(value) ? '' : value}
        min={min}
        max={max}
        onChange={(event) => {
          const next = event.target.valueAsNumber;
          if (!Number.isNaN(next)) onChange(Math.min(max, Math.max(min, next)));
        }}
      />
      <span className="ink3">{unit}</span>
    </label>
  );
}

const POSITION_WORDS: Record<FaultPosition, string> = {
  before: 'before the work',
  after: 'after it: the reply is lost',
  late: 'late',
  duplicate: 'twice',
};

interface Props {
  option: BreakOption;
  draft: FaultDraft;
  change: (change: Partial<FaultDraft>) => void;
}

/** The parameters of the picked fault. */
export function BreakFields({ option, draft, change }: Props) {
  const set = (name: Parameter['name'], value: number) =>
    change({ values: { ...draft.values, [name]: value } });
  return (
    <div className={styles.fields}>
      {parametersOf(option.type).map((p) => (
        <NumberField
          key={p.name}
          {...p}
          value={draft.values[p.name] ?? p.initial}
          onChange={(value) => set(p.name, value)}
        />
      ))}
      {hurtsCalls(option.type) ? (
        <NumberField
          label="On"
          unit="% of calls"
          value={draft.percentage}
          min={1}
          max={100}
          onChange={(percentage) => change({ percentage })}
        />
      ) : null}
      <NumberField
        label="For"
        unit="s"
        value={draft.durationMs / 1000}
        min={1}
        max={600}
        onChange={(seconds) => change({ durationMs: seconds * 1000 })}
      />
      {option.positions.length > 1 ? (
        <label className={styles.field}>
          When
          <select
            value={draft.position}
            onChange={(e) => change({ position: e.target.value as FaultPosition })}
          >
            {option.positions.map((position) => (
              <option key={position} value={position}>
                {POSITION_WORDS[position]}
              </option>
            ))}
          </select>
        </label>
      ) : null}
    </div>
  );
}
