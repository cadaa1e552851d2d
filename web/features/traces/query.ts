import type { TraceSearch } from '@stormglass/agents/contract';

/** What a search text means, without the time range: the page adds that. */
export type TraceConditions = Pick<
  TraceSearch,
  | 'service'
  | 'operation'
  | 'minDurationMs'
  | 'maxDurationMs'
  | 'status'
  | 'faultId'
  | 'attributes'
  | 'text'
  | 'order'
  | 'limit'
>;

/** Where the text stops making sense: [start, end) in characters, so that a caret can point at it. */
export interface QueryProblem {
  start: number;
  end: number;
  message: string;
  next: string;
}

export type ParsedQuery =
  | { ok: true; conditions: TraceConditions; traceId: string | null }
  | { ok: false; problem: QueryProblem };

type Operator = '=' | '!=' | '<' | '>';
interface Term {
  key: string;
  op: Operator;
  value: string;
  quoted: boolean;
  start: number;
  valueStart: number;
  end: number;
}
interface Word {
  kind: 'word';
  text: string;
  start: number;
  end: number;
}
type Token = { kind: 'term'; term: Term } | Word;
type Fail = (start: number, end: number, message: string, next: string) => never;

class Refused extends Error {
  readonly problem: QueryProblem;
  constructor(problem: QueryProblem) {
    super(problem.message);
    this.problem = problem;
  }
}
const fail: Fail = (start, end, message, next) => {
  throw new Refused({ start, end, message, next });
};

const KEY = /[A-Za-z_][\w.-]*/y;
const OPERATOR = /!=|=|<|>/y;
const BARE = /[^\s"]+/y;
const TRACE_ID = /^[0-9a-f]{32}$/i;
const DURATION = /^(\d+(?:\.\d+)?)(us|µs|ms|s|m)?$/;
const UNIT_MS: Record<string, number> = { us: 0.001, µs: 0.001, ms: 1, s: 1000, m: 60_000 };
const MAX_ATTRIBUTES = 10;
const MAX_WORDS = 5;
const MAX_WORD = 200;

function match(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}

function readQuoted(text: string, at: number): { value: string; end: number } {
  const close = text.indexOf('"', at + 1);
  if (close < 0) fail(at, text.length, 'This quote is never closed.', 'Add a " at the end of the value.');
  return { value: text.slice(at + 1, close), end: close + 1 };
}

function readToken(text: string, start: number): Token {
  const key = match(KEY, text, start);
  const op = key === null ? null : (match(OPERATOR, text, start + key.length) as Operator | null);
  if (key !== null && op !== null) {
    const valueStart = start + key.length + op.length;
    const quoted = text[valueStart] === '"';
    const bare = quoted ? null : match(BARE, text, valueStart);
    const read = quoted
      ? readQuoted(text, valueStart)
      : { value: bare ?? '', end: valueStart + (bare?.length ?? 0) };
    if (read.value === '') {
      fail(start, Math.max(read.end, valueStart), `${key} has no value.`, `Write ${key}${op}something.`);
    }
    return { kind: 'term', term: { key, op, value: read.value, quoted, start, valueStart, end: read.end } };
  }
  if (text[start] === '"') {
    const { value, end } = readQuoted(text, start);
    return { kind: 'word', text: value, start, end };
  }
  const word = match(BARE, text, start) ?? '';
  return { kind: 'word', text: word, start, end: start + word.length };
}

/** Splits a search text into terms and words; keeps every token's place. */
function readTokens(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text[at] ?? '')) {
      at += 1;
      continue;
    }
    const token = readToken(text, at);
    tokens.push(token);
    at = token.kind === 'term' ? token.term.end : token.end;
  }
  return tokens;
}

function onlyEquals(term: Term): string {
  if (term.op !== '=') {
    fail(
      term.start,
      term.end,
      `${term.key} can only be compared with =.`,
      `Write ${term.key}=${term.value}.`,
    );
  }
  return term.value;
}

function oneOf<T extends string>(term: Term, allowed: readonly T[]): T {
  const value = onlyEquals(term);
  const found = allowed.find((each) => each === value);
  return (
    found ??
    fail(term.valueStart, term.end, `${term.key} cannot be ${value}.`, `Use one of: ${allowed.join(', ')}.`)
  );
}

function durationMs(term: Term): number {
  const found = DURATION.exec(term.value);
  const amount = found?.[1];
  if (amount === undefined) {
    return fail(
      term.valueStart,
      term.end,
      `${term.value} is not a duration.`,
      'Write a number with us, ms, s or m, like duration>500ms.',
    );
  }
  return Number(amount) * (UNIT_MS[found?.[2] ?? 'ms'] ?? 1);
}

function typed(value: string): string | number | boolean {
  if (value === 'true' || value === 'false') return value === 'true';
  return /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
}

function applyDuration(into: TraceConditions, term: Term): void {
  const ms = durationMs(term);
  if (term.op === '>') into.minDurationMs = ms;
  else if (term.op === '<') into.maxDurationMs = ms;
  else fail(term.start, term.end, 'A duration is compared with > or <.', 'Write duration>500ms.');
}

/** A number written bare stands for the text of it, too: nobody remembers which of the two a service sends. */
function applyAttribute(into: TraceConditions, term: Term): void {
  const { key, op } = term;
  const value = term.quoted ? term.value : typed(term.value);
  if (op === '<' || op === '>') {
    if (typeof value === 'number') into.attributes.push({ key, op, value });
    else fail(term.valueStart, term.end, `${term.value} is not a number.`, `Use = or != for words.`);
  } else if (typeof value === 'string') into.attributes.push({ key, op, value });
  else if (op === '=') into.attributes.push({ key, op: 'in', value: [value, term.value] });
  else into.attributes.push({ key, op, value }, { key, op, value: term.value });
  if (into.attributes.length > MAX_ATTRIBUTES) {
    fail(term.start, term.end, `At most ${MAX_ATTRIBUTES} attributes.`, 'Take one attribute condition out.');
  }
}

function apply(into: TraceConditions, term: Term): void {
  switch (term.key) {
    case 'service':
      into.service = onlyEquals(term);
      return;
    case 'operation':
    case 'name':
      into.operation = onlyEquals(term);
      return;
    case 'status':
      into.status = oneOf(term, ['any', 'error', 'ok']);
      return;
    case 'duration':
      applyDuration(into, term);
      return;
    case 'fault':
      into.faultId = onlyEquals(term);
      return;
    case 'order':
      into.order = oneOf(term, ['newest', 'slowest']);
      return;
    case 'has':
      into.attributes.push({ key: onlyEquals(term), op: 'exists' });
      return;
    default:
      applyAttribute(into, term);
  }
}

function textOf(words: readonly Word[]): string[] {
  const beyond = words[MAX_WORDS];
  if (beyond) {
    fail(
      beyond.start,
      beyond.end,
      `At most ${MAX_WORDS} words.`,
      'Put those that follow each other in "quotes".',
    );
  }
  const long = words.find(({ text }) => text.length > MAX_WORD);
  if (long) fail(long.start, long.end, `A word has at most ${MAX_WORD} characters.`, 'Take a part of it.');
  return words.map(({ text }) => text).filter((text) => text !== '');
}

/** No condition at all: everything of the range, newest first. */
export function noConditions(limit = 200): TraceConditions {
  return { status: 'any', attributes: [], order: 'newest', limit };
}

/**
 * Reads `service=orders status=error duration>500ms http.route=/charges fault=f-71c2 has=saga.id free text`.
 * Words without a key are looked for in all that a span says; 32 hex digits alone are a trace id.
 */
export function parseTraceQuery(text: string, limit = 200): ParsedQuery {
  try {
    const conditions = noConditions(limit);
    const words: Word[] = [];
    for (const token of readTokens(text)) {
      if (token.kind === 'term') apply(conditions, token.term);
      else words.push(token);
    }
    const only = words.length === 1 ? (words[0]?.text ?? '') : '';
    const traceId = TRACE_ID.test(only) ? only.toLowerCase() : null;
    if (words.length > 0 && traceId === null) conditions.text = textOf(words);
    return { ok: true, conditions, traceId };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, problem: error.problem };
    throw error;
  }
}
