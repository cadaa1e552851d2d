import type { Parameter } from '@stormglass/agents/contract';
import { readingOf, unitOf } from '../model/field-words.ts';
import { Field, type FieldInput } from './field.tsx';

interface Props {
  parameter: Parameter;
  value: string;
  problem: string | undefined;
  onChange: (value: string) => void;
}

/** One parameter of a fault, as its schema describes it. */
export function ParameterField({ parameter, value, problem, onChange }: Props) {
  return (
    <Field
      title={parameter.title}
      unit={unitOf(parameter)}
      about={parameter.about}
      problem={problem}
      reading={readingOf(parameter, value)}
      long={isLong(parameter)}
    >
      {(field) => <Input field={field} parameter={parameter} value={value} onChange={onChange} />}
    </Field>
  );
}

function isLong(parameter: Parameter): boolean {
  return (
    parameter.kind === 'json' ||
    (parameter.kind === 'text' && (parameter.long || parameter.maxLength === null))
  );
}

interface InputProps {
  field: FieldInput;
  parameter: Parameter;
  value: string;
  onChange: (value: string) => void;
}

function Input({ field, parameter, value, onChange }: InputProps) {
  const text = {
    ...field,
    value,
    placeholder: placeholderOf(parameter),
    onChange: (event: { target: { value: string } }) => onChange(event.target.value),
  };
  switch (parameter.kind) {
    case 'number':
      return <input {...text} type="number" inputMode="numeric" min={parameter.min} max={parameter.max} />;
    case 'choice':
      return (
        <select {...field} value={value} onChange={text.onChange}>
          {parameter.options.map((option) => (
            <option key={option}>{option}</option>
          ))}
        </select>
      );
    case 'boolean':
      return (
        <input
          {...field}
          type="checkbox"
          checked={value === 'true'}
          onChange={(event) => onChange(String(event.target.checked))}
        />
      );
    case 'json':
      return <textarea {...text} className="mono" rows={2} spellCheck={false} />;
    case 'text':
      return parameter.long ? (
        <textarea {...text} className="mono" rows={2} spellCheck={false} />
      ) : (
        <input {...text} type="text" spellCheck={false} />
      );
  }
}

/** Where a text may stay empty, that is said; what else a text is, its `unit` says. */
function placeholderOf(parameter: Parameter): string | undefined {
  if (parameter.kind === 'json') return '{}';
  if (parameter.kind === 'number')
    return parameter.initial === null && !parameter.required ? 'none' : undefined;
  if (parameter.kind !== 'text') return undefined;
  return parameter.unit || (parameter.required ? undefined : 'none');
}
