import { type CronPart, cronParts } from './cron-parts.ts';

/** What is wrong with a cron expression, and where. */
export interface CronProblem {
  /** Column of the part that is wrong, from 1. */
  position: number;
  says: string;
}

const NICKNAMES = ['@hourly', '@daily', '@weekly', '@monthly', '@yearly'];
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

interface Field {
  name: string;
  low: number;
  high: number;
  names: readonly string[];
  /** What the first name stands for. */
  first: number;
}
const FIELDS: readonly Field[] = [
  { name: 'minute', low: 0, high: 59, names: [], first: 0 },
  { name: 'hour', low: 0, high: 23, names: [], first: 0 },
  { name: 'day of month', low: 1, high: 31, names: [], first: 1 },
  { name: 'month', low: 1, high: 12, names: MONTHS, first: 1 },
  { name: 'day of week', low: 0, high: 7, names: DAYS, first: 0 },
];

/**
 * Why an expression of five fields is no such, or null. A field is `*`, a value, a range `1-5`, any of them with a step
 * `/2`, or a list of these; what other tools add to that (seconds, L, W, #, ?) is refused by its position.
 */
export function cronProblem(text: string): CronProblem | null {
  const fields = cronParts(text, ' ');
  const first = fields[0];
  if (first?.text.startsWith('@')) {
    if (fields.length === 1 && NICKNAMES.includes(first.text)) return null;
    return { position: first.at, says: `${first.text} is none of ${NICKNAMES.join(', ')}` };
  }
  for (const [index, field] of FIELDS.entries()) {
    const part = fields[index];
    if (part === undefined) {
      return { position: text.trimEnd().length + 1, says: `the ${field.name} is missing; write five fields` };
    }
    const problem = fieldProblem(part, field);
    if (problem !== null) return problem;
  }
  const sixth = fields[FIELDS.length];
  return sixth === undefined ? null : { position: sixth.at, says: `${sixth.text} is one field too many` };
}

function fieldProblem(part: CronPart, field: Field): CronProblem | null {
  for (const item of cronParts(part.text, ',', part.at)) {
    const problem = itemProblem(item, field);
    if (problem !== null) return problem;
  }
  return null;
}

function itemProblem(item: CronPart, field: Field): CronProblem | null {
  const [base, step, ...more] = cronParts(item.text, '/', item.at);
  const extra = more[0];
  if (extra !== undefined) return { position: extra.at, says: `${field.name}: a second step` };
  if (
    step !== undefined &&
    (!/^\d+$/.test(step.text) || Number(step.text) === 0 || Number(step.text) > field.high)
  ) {
    return {
      position: step.at,
      says: `${field.name}: ${shown(step.text)} is no step; write 1 to ${field.high}`,
    };
  }
  if (base === undefined || base.text === '*') return base === undefined ? wanted(item, field) : null;
  const [from, to, ...rest] = cronParts(base.text, '-', base.at);
  const third = rest[0];
  if (third !== undefined) return { position: third.at, says: `${field.name}: a range has two ends` };
  for (const end of [from, to]) {
    if (end !== undefined && Number.isNaN(numberOf(end.text, field))) return wanted(end, field);
  }
  if (from === undefined || to === undefined) return null;
  if (numberOf(from.text, field) <= numberOf(to.text, field)) return null;
  return {
    position: from.at,
    says: `${field.name}: ${base.text} is turned round; write ${to.text}-${from.text}`,
  };
}

function wanted({ at, text }: CronPart, { name, low, high, names }: Field): CronProblem {
  const also = names.length === 0 ? '' : ` or ${names[0]} to ${names.at(-1)}`;
  return { position: at, says: `${name}: ${shown(text)} is none of * and ${low} to ${high}${also}` };
}

function numberOf(text: string, { low, high, names, first }: Field): number {
  const named = names.indexOf(text.toUpperCase());
  if (named >= 0) return first + named;
  if (!/^\d{1,2}$/.test(text)) return Number.NaN;
  const value = Number(text);
  return value >= low && value <= high ? value : Number.NaN;
}

const shown = (text: string): string => (text === '' ? 'nothing' : text);
