'use client';
import { useDebouncedValue } from '@mantine/hooks';
import { useMemo } from 'react';
import { setUrlState, useSearch } from '../../live/url-state.ts';
import { Button } from '../../ui/button.tsx';
import { list } from '../../ui/list.ts';
import { SegmentedControl } from '../../ui/segmented-control.tsx';
import { conditionsOf, FILTERS, type FilterName, type Given, readGiven } from './filter-model.ts';
import styles from './sagas.module.css';

const STATUSES = [
  ...['', 'running', 'compensating', 'stuck', 'confirmed', 'returned', 'compensated', 'rejected', 'failed'],
];
const CHOICES: Readonly<Record<'type' | 'mode' | 'step', { any: string; values: readonly string[] }>> = {
  type: { any: 'any type', values: ['create-order', 'return-order'] },
  mode: { any: 'either mode', values: ['orchestrated', 'choreographed'] },
  step: {
    any: 'any step',
    values: ['reserve', 'charge', 'ship', 'confirm', 'notify', 'collect', 'refund', 'restock'],
  },
};
const LABELS = { type: 'Type', mode: 'Mode', step: 'Last step' } as const;

/** Filters live in the URL; a change of one begins again with the newest. */
export function useFilters() {
  const search = useSearch();
  const given = useMemo(() => readGiven(search), [search]);
  // One search for a typed word, not one for each letter.
  const [settled] = useDebouncedValue(given, 250);
  const conditions = useMemo(() => conditionsOf(settled), [settled]);
  const setGiven = (name: FilterName, value: string) => setUrlState({ [name]: value, before: null });
  return { given, setGiven, conditions };
}

interface Props {
  given: Given;
  setGiven: (name: FilterName, value: string) => void;
}

function Choice({ name, given, setGiven }: Props & { name: keyof typeof CHOICES }) {
  const { any, values } = CHOICES[name];
  return (
    <select
      className={list.field}
      data-size="sm"
      aria-label={LABELS[name]}
      value={given[name]}
      onChange={(e) => setGiven(name, e.target.value)}
    >
      <option value="">{any}</option>
      {values.map((value) => (
        <option key={value}>{value}</option>
      ))}
    </select>
  );
}

interface LeastProps extends Props {
  name: 'amount' | 'took';
  label: string;
  placeholder: string;
}

function Least({ name, label, placeholder, given, setGiven }: LeastProps) {
  return (
    <input
      className={list.field}
      data-size="sm"
      type="number"
      min={0}
      step="any"
      aria-label={label}
      placeholder={placeholder}
      style={{ width: 116 }}
      value={given[name]}
      onChange={(e) => setGiven(name, e.target.value)}
    />
  );
}

export function Filters({ given, setGiven }: Props) {
  const options = STATUSES.map((value) => ({ value, label: value === '' ? 'All' : value }));
  const clear = () => setUrlState(Object.fromEntries(FILTERS.map((name) => [name, null])));
  return (
    <div className={styles.filters}>
      <div style={{ maxWidth: '100%', overflowX: 'auto' }}>
        <SegmentedControl
          label="Status"
          size="sm"
          options={options}
          value={given.status}
          onChange={(value) => setGiven('status', value)}
        />
      </div>
      <input
        className={list.field}
        data-size="sm"
        type="search"
        aria-label="Saga or order id"
        placeholder="saga or order id"
        value={given.text}
        onChange={(e) => setGiven('text', e.target.value)}
      />
      {(['type', 'mode', 'step'] as const).map((name) => (
        <Choice key={name} name={name} given={given} setGiven={setGiven} />
      ))}
      <Least
        name="amount"
        label="Amount at least"
        placeholder="amount from"
        given={given}
        setGiven={setGiven}
      />
      <Least
        name="took"
        label="Took at least, seconds"
        placeholder="seconds from"
        given={given}
        setGiven={setGiven}
      />
      {FILTERS.some((name) => given[name] !== '') ? (
        <Button size="sm" variant="quiet" onClick={clear}>
          Clear
        </Button>
      ) : null}
    </div>
  );
}
