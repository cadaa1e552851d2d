import { parametersOf } from '@stormglass/agents/contract';
import { useState } from 'react';
import styles from '../map.module.css';
import type { BreakOption } from '../model/break-options.ts';
import { hurtsCalls, shownParameters } from '../model/fault-form.ts';
import { CallFields } from './call-fields.tsx';
import { ParameterField } from './parameter-field.tsx';
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
  // A number on its way (`5` of `503`) is no value yet, and must not be put right under the fingers.
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <label className={styles.field}>
      {label}
      <input
        type="number"
        required
        value={typed ?? value}
        min={min}
        max={max}
        onChange={(event) => {
          setTyped(event.target.value);
          const next = event.target.valueAsNumber;
          if (next >= min && next <= max) onChange(next);
        }}
        onBlur={() => setTyped(null)}
      />
      <span className="ink3">{unit}</span>
    </label>
  );
}

interface Props {
  option: BreakOption;
  draft: FaultDraft;
  change: (change: Partial<FaultDraft>) => void;
}

/** The parameters of the picked fault. */
export function BreakFields({ option, draft, change }: Props) {
  const shown = shownParameters(parametersOf(option.type), draft.values);
  return (
    <>
      <div className={styles.fields}>
        {shown.map((p) => (
          <ParameterField
            key={p.name}
            parameter={p}
            value={draft.values[p.name] ?? ''}
            onChange={(value) => change({ values: { ...draft.values, [p.name]: value } })}
          />
        ))}
        {hurtsCalls(option.type) ? (
          <NumberField
            label="On"
            unit="%"
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
      </div>
      {hurtsCalls(option.type) ? <CallFields draft={draft} change={change} /> : null}
    </>
  );
}
