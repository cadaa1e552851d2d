'use client';
import type { ReactNode } from 'react';
import type { JsonSchema } from '../../../live/json-schema.ts';
import styles from '../editor.module.css';
import { wordsOf } from '../field-words.ts';
import {
  asVariant,
  childSchema,
  discriminatorOf,
  initialOf,
  isRecord,
  type Path,
  valueAt,
  variantsOf,
} from '../schema.ts';
import { FieldFrame, RemoveButton } from './field-frame.tsx';
import { fieldsOf } from './fields.ts';
import { useForm, useProblems } from './form-context.ts';
import { type FieldKind, kindOf } from './kind.ts';
import { ListField } from './list-field.tsx';
import { withProvider } from './new-items.ts';
import { isScalar, ScalarInput } from './scalar-input.tsx';
import { ToleranceInput } from './tolerance-input.tsx';

export interface NodeProps {
  path: Path;
  schema: JsonSchema;
  value: unknown;
  required: boolean;
}

const WIDE: readonly FieldKind[] = ['long', 'json', 'tolerance', 'words'];

/** A field of any kind, as its schema says. */
export function NodeField(props: NodeProps) {
  const { path, schema, value, required } = props;
  const { apply } = useForm();
  const { own } = useProblems(path);
  const key = String(path.at(-1));
  const kind = kindOf(key, schema);
  const words = wordsOf(key, schema);
  const set = (next: unknown) => apply({ do: 'set', path, value: next });
  const remove = required ? undefined : () => apply({ do: 'remove', path });
  if (kind === 'list') return <ListField {...props} title={words.title} onRemove={remove} />;
  if (kind === 'group' || kind === 'variants') {
    return (
      <Group title={words.title} problem={own} onRemove={remove}>
        {kind === 'variants' ? <Variants {...props} /> : <GroupFields {...props} />}
      </Group>
    );
  }
  const long = WIDE.includes(kind) || key === 'title' || key === 'name';
  return (
    <FieldFrame words={words} problem={own} long={long} onRemove={remove}>
      {(field) => {
        const input = { field, path, schema, value, onChange: set };
        return isScalar(kind) ? <ScalarInput kind={kind} {...input} /> : <ToleranceInput {...input} />;
      }}
    </FieldFrame>
  );
}

interface GroupProps {
  title: string;
  problem: string | undefined;
  onRemove: (() => void) | undefined;
  children: ReactNode;
}

function Group({ title, problem, onRemove, children }: GroupProps) {
  return (
    <fieldset className={styles.group}>
      <legend>
        {title}
        {onRemove ? <RemoveButton title={title} onRemove={onRemove} /> : null}
      </legend>
      {problem === undefined ? null : <small className="failing">{problem}</small>}
      {children}
    </fieldset>
  );
}

/** The fields of a map, and a menu of those it may have besides. */
export function GroupFields({
  path,
  schema,
  value,
  but = null,
}: Omit<NodeProps, 'required'> & { but?: string | null }) {
  const { apply } = useForm();
  const { shown, absent } = fieldsOf(schema, value, but);
  const childOf = (key: string): JsonSchema => childSchema(schema, value, key) ?? {};
  return (
    <div className={styles.fields}>
      {shown.map(({ key, schema: child, required }) => (
        <NodeField
          key={key}
          path={[...path, key]}
          schema={child}
          value={valueAt(value, [key])}
          required={required}
        />
      ))}
      {absent.length > 0 ? (
        <div className={styles.wide}>
          <select
            className={styles.add}
            value=""
            aria-label={`Add a field to ${wordsOf(String(path.at(-1) ?? 'experiment'), {}).title}`}
            onChange={(event) => {
              const key = event.target.value;
              apply({ do: 'set', path: [...path, key], value: initialOf(childOf(key)) });
            }}
          >
            <option value="">Add a field…</option>
            {absent.map((key) => (
              <option key={key} value={key}>
                {wordsOf(key, childOf(key)).title}
              </option>
            ))}
          </select>
        </div>
      ) : null}
    </div>
  );
}

/** One of several forms: which, and the fields of that one. */
function Variants({ path, schema, value }: NodeProps) {
  const { apply, value: experiment } = useForm();
  const { own } = useProblems([...path, discriminatorOf(schema) ?? '']);
  const key = discriminatorOf(schema) ?? 'type';
  const names = variantsOf(schema).map(({ name }) => name);
  const current = isRecord(value) ? String(value[key] ?? '') : '';
  const choose = (name: string) => {
    const next = asVariant(schema, name, value);
    const activity = path.slice(0, -1);
    if (path.at(-1) !== 'provider') apply({ do: 'set', path, value: next });
    else apply({ do: 'set', path: activity, value: withProvider(valueAt(experiment, activity), next) });
  };
  return (
    <>
      <div className={styles.fields}>
        <FieldFrame words={wordsOf(key, {})} problem={own} onRemove={undefined}>
          {(field) => (
            <select {...field} value={current} onChange={(event) => choose(event.target.value)}>
              {names.includes(current) ? null : <option value={current}>{current}</option>}
              {names.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          )}
        </FieldFrame>
      </div>
      <GroupFields path={path} schema={schema} value={value} but={key} />
    </>
  );
}
