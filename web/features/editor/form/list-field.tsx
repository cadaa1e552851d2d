'use client';
import type { JsonSchema } from '../../../live/json-schema.ts';
import { Button } from '../../../ui/button.tsx';
import { plural } from '../../../ui/format.ts';
import styles from '../editor.module.css';
import type { Path } from '../schema.ts';
import { RemoveButton } from './field-frame.tsx';
import { itemWords } from './fields.ts';
import { useForm, useProblems } from './form-context.ts';
import { newItems } from './new-items.ts';
import { GroupFields, NodeField, type NodeProps } from './node-field.tsx';

function Item({ path, schema, value }: { path: Path; schema: JsonSchema; value: unknown }) {
  const { apply } = useForm();
  const { own, below } = useProblems(path);
  const { name, about } = itemWords(value);
  const at = Number(path.at(-1));
  const wrong = below + (own === undefined ? 0 : 1);
  return (
    <details className={styles.item}>
      <summary>
        <b>{name}</b>
        <span className="ink3">{about}</span>
        {wrong > 0 ? <span className="failing"> {plural(wrong, 'problem')}</span> : null}
      </summary>
      {own === undefined ? null : <small className="failing">{own}</small>}
      {schema.oneOf ? (
        <NodeField path={path} schema={schema} value={value} required={true} />
      ) : (
        <GroupFields path={path} schema={schema} value={value} />
      )}
      <div className={styles.bar}>
        {at > 0 ? (
          <Button size="sm" aria-label={`Move up: ${name}`} onClick={() => apply({ do: 'raise', path })}>
            Move up
          </Button>
        ) : null}
        <Button size="sm" aria-label={`Remove ${name}`} onClick={() => apply({ do: 'remove', path })}>
          Remove
        </Button>
      </div>
    </details>
  );
}

/** A list of things that have fields of their own, each behind the line that names it. */
export function ListField({
  path,
  schema,
  value,
  title,
  onRemove,
}: Omit<NodeProps, 'required'> & { title: string; onRemove: (() => void) | undefined }) {
  const { apply, value: experiment } = useForm();
  const { own } = useProblems(path);
  const items: unknown[] = Array.isArray(value) ? value : [];
  const add = (item: unknown) =>
    Array.isArray(value)
      ? apply({ do: 'append', path, value: item })
      : apply({ do: 'set', path, value: [item] });
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring its own box
    <div className={styles.wide} role="group" aria-label={title}>
      {path.length > 1 ? (
        <span className={styles.head}>
          <b>{title}</b>
          {onRemove ? <RemoveButton title={title} onRemove={onRemove} /> : null}
        </span>
      ) : null}
      {own === undefined ? null : <small className="failing">{own}</small>}
      <div className={styles.items}>
        {items.map((item, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: items have no id and stand in order
          <Item key={at} path={[...path, at]} schema={schema.items || {}} value={item} />
        ))}
      </div>
      <div className={styles.bar}>
        {newItems(path, schema, experiment).map(({ label, value: item }) => (
          <Button key={label} size="sm" onClick={() => add(item)}>
            {label}
          </Button>
        ))}
      </div>
    </div>
  );
}
