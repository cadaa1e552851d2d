import type { Completion } from '@stormglass/agents/contract';
import { termText } from './query-text.ts';

type Entry = Completion['entries'][number];
type Operator = '=' | '!=' | '<' | '>';

/** What the word at the caret wants. `from` is where that word begins, in characters. */
export type Ask =
  | { kind: 'none'; from: number }
  /** A key, or one after `has=`. */
  | { kind: 'key'; from: number; typed: string; has: boolean }
  | { kind: 'value'; from: number; key: string; op: Operator; typed: string };

/** One line of the list. `text` takes the place of the word. */
export interface Suggestion {
  text: string;
  /** What it is, in a word or two. */
  about: string;
  /** Spans that have it, of those that were read; null when nobody counted. */
  count: number | null;
}

/** What is known without asking the store. */
export interface Known {
  services: readonly string[];
  operations: readonly string[];
  faults: readonly string[];
}

const TERM = /^([A-Za-z_][\w.-]*)(!=|=|<|>)(.*)$/s;
const MOST = 10;

function wordStart(text: string, caret: number): number {
  let start = 0;
  let quoted = false;
  for (let i = 0; i < caret; i++) {
    if (text[i] === '"') quoted = !quoted;
    else if (!quoted && /\s/.test(text[i] ?? '')) start = i + 1;
  }
  return start;
}

export function askAt(text: string, caret: number): Ask {
  const from = wordStart(text, caret);
  const word = text.slice(from, caret);
  const [, key, op, value = ''] = TERM.exec(word) ?? [];
  if (key === 'has' && op === '=') return { kind: 'key', from, typed: value, has: true };
  if (key !== undefined)
    return { kind: 'value', from, key, op: op as Operator, typed: value.replace(/^"/, '') };
  return word.startsWith('"') ? { kind: 'none', from } : { kind: 'key', from, typed: word, has: false };
}

const KEYS: readonly (readonly [text: string, about: string])[] = [
  ['service=', 'who served it'],
  ['operation=', 'name of a span'],
  ['status=', 'error or ok'],
  ['duration>', 'of the whole trace'],
  ['duration<', 'of the whole trace'],
  ['fault=', 'touched by this fault'],
  ['order=', 'newest or slowest first'],
  ['has=', 'an attribute is there'],
];

/** Values of the keys that are no attributes; null for an attribute, whose values the store knows. */
function ownValues(key: string, known: Known): readonly string[] | null {
  switch (key) {
    case 'service':
      return known.services;
    case 'operation':
    case 'name':
      return known.operations;
    case 'fault':
      return known.faults;
    case 'status':
      return ['error', 'ok'];
    case 'order':
      return ['newest', 'slowest'];
    case 'duration':
      return ['10ms', '100ms', '500ms', '1s', '5s'];
    default:
      return null;
  }
}

/** The attribute whose values are wanted; null when none are. */
export function attributeAsked(ask: Ask): { key: string; typed: string } | null {
  if (ask.kind !== 'value' || ownValues(ask.key, NOBODY) !== null) return null;
  return { key: ask.key, typed: ask.typed };
}
const NOBODY: Known = { services: [], operations: [], faults: [] };

/** Those that begin with what was typed before those that have it further on; others not at all. */
function ranked<T>(all: readonly T[], typed: string, textOf: (each: T) => string): T[] {
  const wanted = typed.toLowerCase();
  const place = (each: T) => textOf(each).toLowerCase().indexOf(wanted);
  return all.filter((each) => place(each) >= 0).sort((a, b) => Number(place(a) > 0) - Number(place(b) > 0));
}

function keySuggestions(ask: Extract<Ask, { kind: 'key' }>, entries: readonly Entry[]): Suggestion[] {
  const own = ask.has ? [] : KEYS.map(([text, about]) => ({ text, about, count: null }));
  const keys = entries.map(({ text, type, count }) => ({
    text: ask.has ? `has=${text}` : `${text}=`,
    about: type === 'string' ? 'text' : type,
    count,
  }));
  const head = ask.has ? 'has='.length : 0;
  return ranked([...own, ...keys], ask.typed, (s) => s.text.slice(head));
}

/** Only numbers have a place above or below each other, and only plain values can be written. */
function canStand({ type }: Entry, op: Operator): boolean {
  const number = type === 'int' || type === 'double';
  return op === '<' || op === '>' ? number : number || type === 'string' || type === 'bool';
}

function valueSuggestions(
  ask: Extract<Ask, { kind: 'value' }>,
  known: Known,
  entries: readonly Entry[],
): Suggestion[] {
  const { key, op } = ask;
  const own = ownValues(key, known)?.map((value) => ({ value, about: '', count: null }));
  const stored = entries
    .filter((entry) => canStand(entry, op))
    .map(({ text, type, count }) => ({ value: text, about: type === 'string' ? '' : type, count }));
  return ranked<{ value: string; about: string; count: number | null }>(
    own ?? stored,
    ask.typed,
    ({ value }) => value,
  ).flatMap(({ value, about, count }) => {
    const text = termText({ key, op, value });
    return text === null ? [] : [{ text, about, count }];
  });
}

/** What can stand at the caret; `entries` are keys for a key, values for a value, as the store has counted them. */
export function suggestions(ask: Ask, known: Known, entries: readonly Entry[]): Suggestion[] {
  if (ask.kind === 'none') return [];
  const all = ask.kind === 'key' ? keySuggestions(ask, entries) : valueSuggestions(ask, known, entries);
  const typed =
    ask.kind === 'key' ? `${ask.has ? 'has=' : ''}${ask.typed}` : `${ask.key}${ask.op}${ask.typed}`;
  return all.filter(({ text }) => text !== typed).slice(0, MOST);
}
