import styles from '../map.module.css';
import type { DraftProblems, FaultDraft } from '../model/fault-draft.ts';
import { CALL_FIELDS, initialValues, SHAPE_OPTIONS, shapeFields } from '../model/fault-form.ts';
import { Field } from './field.tsx';
import { ParameterField } from './parameter-field.tsx';

interface Props {
  draft: FaultDraft;
  problems: DraftProblems;
  change: (change: Partial<FaultDraft>) => void;
}

/** Which calls are hurt, and when over the fault's life. */
export function CallFields({ draft, problems, change }: Props) {
  return (
    <details className={styles.calls}>
      <summary>Which calls, and when</summary>
      <div className={styles.fields}>
        {CALL_FIELDS.map(({ name, title, example }) => (
          <Field key={name} title={title} problem={problems.selector[name]}>
            {(field) => (
              <input
                {...field}
                type="text"
                placeholder={example}
                value={draft.calls[name] ?? ''}
                onChange={(event) => change({ calls: { ...draft.calls, [name]: event.target.value } })}
              />
            )}
          </Field>
        ))}
        <Field title="Over time" problem={undefined}>
          {(field) => (
            <select
              {...field}
              value={draft.shape}
              onChange={({ target: { value } }) =>
                change({ shape: value, shapeValues: initialValues(shapeFields(value)) })
              }
            >
              {SHAPE_OPTIONS.map(({ value, title }) => (
                <option key={value} value={value}>
                  {title}
                </option>
              ))}
            </select>
          )}
        </Field>
        {shapeFields(draft.shape).map((p) => (
          <ParameterField
            key={p.name}
            parameter={p}
            value={draft.shapeValues[p.name] ?? ''}
            problem={problems.shape[p.name]}
            onChange={(value) => change({ shapeValues: { ...draft.shapeValues, [p.name]: value } })}
          />
        ))}
      </div>
    </details>
  );
}
