import { parametersOf } from '@stormglass/agents/contract';
import styles from '../map.module.css';
import type { BreakOption } from '../model/break-options.ts';
import type { DraftProblems, FaultDraft } from '../model/fault-draft.ts';
import { hurtsCalls, LIFE, SHARE, shownParameters } from '../model/fault-form.ts';
import { CallFields } from './call-fields.tsx';
import { Field } from './field.tsx';
import { ParameterField } from './parameter-field.tsx';

interface NumberFieldProps {
  title: string;
  limits: typeof SHARE;
  value: string;
  problem: string | undefined;
  onChange: (value: string) => void;
}

function NumberField({ title, limits, value, problem, onChange }: NumberFieldProps) {
  return (
    <Field title={title} unit={limits.unit} problem={problem}>
      {(field) => (
        <input
          {...field}
          type="number"
          inputMode="numeric"
          value={value}
          min={limits.min}
          max={limits.max}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

interface Props {
  option: BreakOption;
  draft: FaultDraft;
  problems: DraftProblems;
  change: (change: Partial<FaultDraft>) => void;
}

/** The parameters of the picked fault. */
export function BreakFields({ option, draft, problems, change }: Props) {
  const shown = shownParameters(parametersOf(option.type), draft.values);
  return (
    <>
      <div className={styles.fields}>
        {shown.map((p) => (
          <ParameterField
            key={p.name}
            parameter={p}
            value={draft.values[p.name] ?? ''}
            problem={problems.action[p.name]}
            onChange={(value) => change({ values: { ...draft.values, [p.name]: value } })}
          />
        ))}
        {hurtsCalls(option.type) ? (
          <NumberField
            title="Share of calls"
            limits={SHARE}
            value={draft.percentage}
            problem={problems.selector.percentage}
            onChange={(percentage) => change({ percentage })}
          />
        ) : null}
        <NumberField
          title="For"
          limits={LIFE}
          value={draft.seconds}
          problem={problems.life.seconds}
          onChange={(seconds) => change({ seconds })}
        />
      </div>
      {hurtsCalls(option.type) ? <CallFields draft={draft} problems={problems} change={change} /> : null}
    </>
  );
}
