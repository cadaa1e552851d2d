import type { Parameter } from '@stormglass/agents/contract';
import { useId } from 'react';
import styles from '../map.module.css';

interface Props {
  parameter: Parameter;
  value: string;
  onChange: (value: string) => void;
}

/** One parameter of a fault, as its schema describes it. */
export function ParameterField({ parameter, value, onChange }: Props) {
  const { title, unit, about, required } = parameter;
  const id = useId();
  return (
    <label
      htmlFor={id}
      className={isLong(parameter) ? styles.longField : styles.field}
      title={about || undefined}
    >
      {title}
      <Input id={id} parameter={parameter} value={value} onChange={onChange} required={required} />
      {unit === '' ? null : <span className="ink3">{unit}</span>}
    </label>
  );
}

function isLong(parameter: Parameter): boolean {
  return parameter.kind === 'json' || (parameter.kind === 'text' && parameter.long);
}

function Input({ id, parameter, value, onChange, required }: Props & { id: string; required: boolean }) {
  switch (parameter.kind) {
    case 'number':
      return (
        <input
          id={id}
          type="number"
          value={value}
          required={required || parameter.initial !== null}
          min={parameter.min}
          max={parameter.max}
          onChange={(event) => onChange(event.target.value)}
        />
      );
    case 'choice':
      return (
        <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
          {parameter.options.map((option) => (
            <option key={option}>{option}</option>
          ))}
        </select>
      );
    case 'boolean':
      return (
        <input
          id={id}
          type="checkbox"
          checked={value === 'true'}
          onChange={(event) => onChange(String(event.target.checked))}
        />
      );
    case 'json':
    case 'text':
      return isLong(parameter) ? (
        <textarea
          id={id}
          className="mono"
          rows={2}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      ) : (
        <input
          id={id}
          type="text"
          value={value}
          required={required}
          onChange={(event) => onChange(event.target.value)}
        />
      );
  }
}
