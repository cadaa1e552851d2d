import type { SagaFilter } from '@stormglass/agents/contract';

/** The filters of the list as they stand in the URL; an empty one is not set. */
export const FILTERS = ['status', 'text', 'type', 'mode', 'step', 'amount', 'took', 'before'] as const;
export type FilterName = (typeof FILTERS)[number];
export type Given = Record<FilterName, string>;

export function readGiven(search: string): Given {
  const params = new URLSearchParams(search);
  const of = (name: FilterName) => params.get(name) ?? '';
  return Object.fromEntries(FILTERS.map((name) => [name, of(name)])) as Given;
}

const TEXTS = ['status', 'text', 'type', 'mode', 'step'] as const;

function atLeast(text: string): number | undefined {
  const value = Number(text);
  return text.trim() === '' || !Number.isFinite(value) || value < 0 ? undefined : value;
}

/** What the server is asked for: given in major units and seconds, asked in minor ones and milliseconds. What cannot be read is not asked. */
export function conditionsOf(given: Given): Partial<SagaFilter> {
  const conditions: Partial<SagaFilter> = {};
  for (const name of TEXTS) if (given[name] !== '') conditions[name] = given[name];
  const [amount, took, before] = [atLeast(given.amount), atLeast(given.took), atLeast(given.before)];
  if (amount !== undefined) conditions.minAmount = Math.round(amount * 100);
  if (took !== undefined) conditions.minDurationMs = took * 1_000;
  if (before !== undefined) conditions.before = before;
  return conditions;
}
