'use client';
import { isRecord } from '../schema.ts';
import type { InputProps } from './scalar-input.tsx';
import { useTyped } from './use-typed.ts';

function boundsOf(value: unknown): [number, number] | null {
  const range = isRecord(value) && Array.isArray(value.range) ? value.range : [];
  const [low, high] = range;
  return typeof low === 'number' && typeof high === 'number' ? [low, high] : null;
}

/** `true`, `3` and `open` as what they are. */
function scalarOf(text: string): boolean | number | string {
  if (text === 'true' || text === 'false') return text === 'true';
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

function Bound({
  label,
  value,
  onChange,
}: {
  label: string;
  value: number;
  onChange: (value: number) => void;
}) {
  const typed = useTyped(String(value), (text) => {
    if (text.trim() !== '' && Number.isFinite(Number(text))) onChange(Number(text));
  });
  return <input {...typed} aria-label={label} inputMode="decimal" style={{ maxWidth: 90 }} />;
}

function Exactly({ value, onChange }: { value: unknown; onChange: (value: unknown) => void }) {
  const typed = useTyped(value === undefined ? '' : String(value), (text) => onChange(scalarOf(text)));
  return <input {...typed} aria-label="Exactly this" spellCheck={false} />;
}

/** What a value may be: between two bounds, or exactly one thing. */
export function ToleranceInput({ field, value, onChange }: InputProps) {
  const bounds = boundsOf(value);
  return (
    <>
      <select
        {...field}
        style={{ flex: 'none' }}
        value={bounds ? 'range' : 'exactly'}
        onChange={(event) => onChange(event.target.value === 'range' ? { type: 'range', range: [0, 1] } : 1)}
      >
        <option value="range">between</option>
        <option value="exactly">exactly</option>
      </select>
      {bounds ? (
        <>
          <Bound
            label="At least"
            value={bounds[0]}
            onChange={(low) => onChange({ type: 'range', range: [low, bounds[1]] })}
          />
          <span>and</span>
          <Bound
            label="At most"
            value={bounds[1]}
            onChange={(high) => onChange({ type: 'range', range: [bounds[0], high] })}
          />
        </>
      ) : (
        <Exactly value={value} onChange={onChange} />
      )}
    </>
  );
}
