import styles from '../map.module.css';
import { CALL_FIELDS, initialValues, SHAPE_OPTIONS, shapeFields } from '../model/fault-form.ts';
import { ParameterField } from './parameter-field.tsx';
import type { FaultDraft } from './use-draft.ts';

interface Props {
  draft: FaultDraft;
  change: (change: Partial<FaultDraft>) => void;
}

/** Which calls are hurt, and when over the fault's life. */
export function CallFields({ draft, change }: Props) {
  const shape = shapeFields(draft.shape);
  return (
    <details className={styles.calls}>
      <summary>Which calls, and when</summary>
      <div className={styles.fields}>
        {CALL_FIELDS.map(({ name, title }) => (
          <label key={name} className={styles.field}>
            {title}
            <input
              type="text"
              value={draft.calls[name] ?? ''}
              onChange={(event) => change({ calls: { ...draft.calls, [name]: event.target.value } })}
            />
          </label>
        ))}
        <label className={styles.field}>
          Shape
          <select
            value={draft.shape}
            onChange={(event) =>
              change({
                shape: event.target.value,
                shapeValues: initialValues(shapeFields(event.target.value)),
              })
            }
          >
            {SHAPE_OPTIONS.map(({ value, title }) => (
              <option key={value} value={value}>
                {title}
              </option>
            ))}
          </select>
        </label>
        {shape.map((p) => (
          <ParameterField
            key={p.name}
            parameter={p}
            value={draft.shapeValues[p.name] ?? ''}
            onChange={(value) => change({ shapeValues: { ...draft.shapeValues, [p.name]: value } })}
          />
        ))}
      </div>
    </details>
  );
}
