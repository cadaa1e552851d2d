'use client';
import { useId } from 'react';
import type { JsonSchema } from '../../../live/json-schema.ts';
import { type Path, valueAt } from '../schema.ts';
import type { FieldInput } from './field-frame.tsx';
import { useForm } from './form-context.ts';
import type { FieldKind } from './kind.ts';
import { useTyped } from './use-typed.ts';

export interface InputProps {
  field: FieldInput;
  path: Path;
  schema: JsonSchema;
  value: unknown;
  onChange: (value: unknown) => void;
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const placeholderOf = ({ default: usual }: JsonSchema): string | undefined =>
  usual === undefined || usual === '' || typeof usual === 'object' ? undefined : `${usual}`;

function NumberInput({ field, schema, value, onChange }: InputProps) {
  const typed = useTyped(textOf(value), (text) => {
    if (text.trim() !== '' && Number.isFinite(Number(text))) onChange(Number(text));
  });
  return <input {...field} {...typed} inputMode="decimal" placeholder={placeholderOf(schema)} />;
}

function TextInput({ field, path, schema, value, onChange }: InputProps) {
  const { names, value: experiment } = useForm();
  const listId = useId();
  const around = valueAt(experiment, path.slice(0, -1));
  const key = String(path.findLast((part) => typeof part === 'string') ?? '');
  const seen = names.of(key, typeof around === 'object' && around !== null ? { ...around } : {});
  const typed = useTyped(textOf(value), onChange);
  return (
    <>
      <input
        {...field}
        {...typed}
        spellCheck={false}
        autoComplete="off"
        placeholder={placeholderOf(schema)}
        list={seen.length > 0 ? listId : undefined}
      />
      {seen.length > 0 ? (
        <datalist id={listId}>
          {seen.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      ) : null}
    </>
  );
}

function LongInput({ field, value, onChange }: InputProps) {
  const typed = useTyped(textOf(value), onChange);
  return <textarea {...field} {...typed} rows={3} />;
}

function WordsInput({ field, value, onChange }: InputProps) {
  const typed = useTyped(Array.isArray(value) ? value.map(String).join(', ') : '', (text) =>
    onChange(
      text
        .split(',')
        .map((word) => word.trim())
        .filter(Boolean),
    ),
  );
  return <input {...field} {...typed} spellCheck={false} placeholder="one, another" />;
}

function JsonInput({ field, value, onChange }: InputProps) {
  const typed = useTyped(value === undefined ? '' : JSON.stringify(value), (text) => {
    try {
      onChange(JSON.parse(text));
    } catch {
      // Not whole yet.
    }
  });
  return <textarea {...field} {...typed} className="mono" rows={2} spellCheck={false} placeholder="{}" />;
}

function ChoiceInput({ field, schema, value, onChange }: InputProps) {
  const options = (schema.enum ?? []).map(String);
  const shown = value === undefined && schema.default !== undefined ? schema.default : value;
  return (
    <select {...field} value={textOf(shown)} onChange={(event) => onChange(event.target.value)}>
      {options.includes(textOf(shown)) ? null : <option value={textOf(shown)}>{textOf(shown)}</option>}
      {options.map((option) => (
        <option key={option}>{option}</option>
      ))}
    </select>
  );
}

function BooleanInput({ field, value, onChange }: InputProps) {
  return (
    <input {...field} type="checkbox" checked={value === true} onChange={(e) => onChange(e.target.checked)} />
  );
}

const INPUTS = {
  number: NumberInput,
  boolean: BooleanInput,
  text: TextInput,
  long: LongInput,
  words: WordsInput,
  choice: ChoiceInput,
  json: JsonInput,
} as const;

export type ScalarKind = keyof typeof INPUTS;

export const isScalar = (kind: FieldKind): kind is ScalarKind => kind in INPUTS;

/** One value that is no collection of fields. */
export function ScalarInput({ kind, ...props }: InputProps & { kind: ScalarKind }) {
  const Input = INPUTS[kind];
  return <Input {...props} />;
}
