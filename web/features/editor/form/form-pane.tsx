'use client';
import { useMemo } from 'react';
import type { DraftProblem } from '../../../live/editor-answers.ts';
import type { JsonSchema } from '../../../live/json-schema.ts';
import { Empty } from '../../../ui/empty.tsx';
import styles from '../editor.module.css';
import { wordsOf } from '../field-words.ts';
import type { Names } from '../names.ts';
import { initialOf, isRecord } from '../schema.ts';
import { type Edit, edit } from '../text/edit.ts';
import { readText } from '../text/read.ts';
import { RemoveButton } from './field-frame.tsx';
import { Form, useForm, useProblems } from './form-context.ts';
import { kindOf } from './kind.ts';
import { ListField } from './list-field.tsx';
import { GroupFields, NodeField } from './node-field.tsx';

interface Props {
  text: string;
  onChange: (text: string) => void;
  schema: JsonSchema;
  names: Names;
  problems: readonly DraftProblem[];
}

interface PartProps {
  name: string;
  schema: JsonSchema;
  value: unknown;
  required: boolean;
}

/** What has fields of its own stands under a head of its own; what is only a value belongs to the first part. */
function Part({ name, schema, value, required }: PartProps) {
  const { apply } = useForm();
  const { own } = useProblems([name]);
  const { title, about } = wordsOf(name, schema);
  const isList = kindOf(name, schema) === 'list';
  return (
    <section className={styles.part} aria-label={title}>
      <div className={styles.head}>
        <h2>{title}</h2>
        {required ? null : (
          <RemoveButton title={title} onRemove={() => apply({ do: 'remove', path: [name] })} />
        )}
      </div>
      {about === '' ? null : <p className="cap ink3">{about}</p>}
      {isList ? (
        <ListField path={[name]} schema={schema} value={value} title={title} onRemove={undefined} />
      ) : (
        <>
          {own === undefined ? null : <small className="failing">{own}</small>}
          <GroupFields path={[name]} schema={schema} value={value} />
        </>
      )}
    </section>
  );
}

/** The experiment as a form over the text: what is changed here is changed there, line by line. */
export function FormPane({ text, onChange, schema, names, problems }: Props) {
  const read = useMemo(() => readText(text), [text]);
  if (read.mistake !== null || !isRecord(read.value)) {
    const says =
      read.mistake === null
        ? 'The text is no map of fields.'
        : `Line ${read.mistake.line}: ${read.mistake.says}.`;
    return (
      <Empty title="The form waits for the text">
        {says} Correct it in the text; the form goes on by itself.
      </Empty>
    );
  }
  const { value } = read;
  const apply = (change: Edit) => onChange(edit(text, change));
  const all = Object.entries(schema.properties ?? {});
  const isPart = (key: string, child: JsonSchema) => ['group', 'list'].includes(kindOf(key, child));
  const absent = (key: string) => value[key] === undefined && !schema.required?.includes(key);
  return (
    <Form value={{ value, names, problems, apply }}>
      <form
        className={styles.form}
        aria-label="Experiment as a form"
        onSubmit={(event) => event.preventDefault()}
      >
        <section className={styles.part} aria-label="About">
          <h2>About</h2>
          <div className={styles.fields}>
            {all
              .filter(([key, child]) => !isPart(key, child))
              .map(([key, child]) => (
                <NodeField key={key} path={[key]} schema={child} value={value[key]} required={true} />
              ))}
          </div>
        </section>
        {all
          .filter(([key, child]) => isPart(key, child) && !absent(key))
          .map(([key, child]) => (
            <Part
              key={key}
              name={key}
              schema={child}
              value={value[key]}
              required={schema.required?.includes(key) ?? false}
            />
          ))}
        <div className={styles.bar}>
          {all
            .filter(([key, child]) => isPart(key, child) && absent(key))
            .map(([key, child]) => (
              <button
                key={key}
                type="button"
                className={styles.add}
                onClick={() => apply({ do: 'set', path: [key], value: initialOf(child) })}
              >
                Add {wordsOf(key, child).title.toLowerCase()}
              </button>
            ))}
        </div>
      </form>
    </Form>
  );
}
