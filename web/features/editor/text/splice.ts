import {
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Pair,
  stringify,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { Edit } from './edit.ts';

/** Texts longer than this are folded over several lines. */
const WIDTH = 110;

/** The text with the change made in place; null when this way does not know how. */
export function splice(text: string, document: Document, change: Edit): string | null {
  switch (change.do) {
    case 'set':
      return set(text, document, change);
    case 'append':
      return append(text, document, change);
    case 'remove':
      return remove(text, document, change);
    case 'raise':
      return raise(text, document, change);
  }
}

type Change<D extends Edit['do']> = Extract<Edit, { do: D }>;

function set(text: string, document: Document, { path, value }: Change<'set'>): string | null {
  const node = document.getIn([...path], true);
  const parent = document.getIn(path.slice(0, -1), true);
  const key = path.at(-1);
  if (isNode(node) && node.range) {
    const [start, end] = node.range;
    const block = blockStart(text, document, path);
    return replaced(text, start, trimmed(text, start, end), inPlace(value, text, start, block));
  }
  if (!isMap(parent) || typeof key !== 'string') return null;
  if (parent.has(key)) return null;
  return parent.flow ? addFlow(text, parent, `${key}: ${flow(value)}`) : addPair(text, parent, key, value);
}

function append(text: string, document: Document, { path, value }: Change<'append'>): string | null {
  const list = document.getIn([...path], true);
  if (!isSeq(list) || !list.range) return null;
  const indent = blockStart(text, document, path);
  if (list.items.length === 0 && indent !== null) {
    const before = text.slice(0, list.range[0]).trimEnd();
    return `${before}\n${item(value, ' '.repeat(indent + 2))}${text.slice(list.range[1])}`;
  }
  if (list.flow) return addFlow(text, list, flow(value));
  const lines = itemLines(text, list, list.items.length - 1);
  if (lines === null) return null;
  return insertedAfter(text, lines.end, item(value, ' '.repeat(lines.indent)));
}

function remove(text: string, document: Document, { path }: Change<'remove'>): string | null {
  const parent = document.getIn(path.slice(0, -1), true);
  const key = path.at(-1);
  if (isSeq(parent) && typeof key === 'number' && parent.range && !parent.flow) {
    if (parent.items.length === 1) return null;
    const lines = itemLines(text, parent, key);
    return lines && text.slice(0, lines.start) + text.slice(lines.end);
  }
  if (!isMap(parent) || parent.flow || parent.items.length < 2) return null;
  const at = parent.items.findIndex((pair) => keyOf(pair) === key);
  const start = startOf(parent.items[at]);
  const next = startOf(parent.items[at + 1]);
  if (start === null) return null;
  // What comes next moves up to where it stood, which may be behind the dash of an item.
  if (next !== null) return text.slice(0, start) + text.slice(next);
  const value = parent.items[at]?.value;
  const end = isNode(value) && value.range ? value.range[1] : start;
  return text.slice(0, lineStart(text, start)) + text.slice(lineEnd(text, trimmed(text, start, end)));
}

function raise(text: string, document: Document, { path }: Change<'raise'>): string | null {
  const list = document.getIn(path.slice(0, -1), true);
  const at = path.at(-1);
  if (!isSeq(list) || list.flow || typeof at !== 'number' || at < 1) return null;
  const above = itemLines(text, list, at - 1);
  const own = itemLines(text, list, at);
  if (above === null || own === null) return null;
  const lines = (from: number, to: number): string => ensureBreak(text.slice(from, to));
  const between = text.slice(above.end, own.start);
  return (
    text.slice(0, above.start) +
    lines(own.start, own.end) +
    between +
    lines(above.start, above.end) +
    text.slice(own.end)
  );
}

/** The lines of one item of a block list, from its dash to the end of its last line. */
function itemLines(
  text: string,
  list: YAMLSeq,
  at: number,
): { start: number; end: number; indent: number } | null {
  const node = list.items[at];
  if (!isNode(node) || !node.range) return null;
  const start = lineStart(text, node.range[0]);
  const dash = /^( *)- /.exec(text.slice(start));
  if (dash === null) return null;
  const end = lineEnd(text, trimmed(text, node.range[0], node.range[1]));
  return { start, end, indent: dash[1]?.length ?? 0 };
}

function addPair(text: string, map: YAMLMap, key: string, value: unknown): string | null {
  const first = startOf(map.items[0]);
  const last = map.items.at(-1);
  const node = last?.value;
  const from = startOf(last);
  if (first === null || from === null) return null;
  const end = isNode(node) && node.range ? trimmed(text, from, node.range[1]) : from;
  const indent = ' '.repeat(first - lineStart(text, first));
  return insertedAfter(text, lineEnd(text, end), block({ [key]: value }, indent));
}

/** Before the bracket that closes it. */
function addFlow(text: string, list: YAMLMap | YAMLSeq, entry: string): string | null {
  if (!list.range) return null;
  const close = list.range[1] - 1;
  const inside = text.slice(list.range[0] + 1, close);
  const before = text.slice(0, close - (inside.length - inside.trimEnd().length));
  const pad = inside.startsWith(' ') || isMap(list) ? ' ' : '';
  const comma = inside.trim() === '' || inside.trimEnd().endsWith(',') ? pad : ', ';
  return `${before}${comma}${entry}${pad}${text.slice(close)}`;
}

const flow = (value: unknown): string =>
  stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trimEnd();

/** A value where another stood. Collections stay on their line, long texts are folded below it. */
function inPlace(value: unknown, text: string, start: number, indent: number | null): string {
  if (typeof value !== 'string' || indent === null) return flow(value);
  const line = start - lineStart(text, start) + value.length;
  if (!value.includes('\n') && (line <= WIDTH || !text.slice(start).startsWith('>'))) return flow(value);
  return folded(value, ' '.repeat(indent + 2));
}

/** `>-` with lines of at most WIDTH; paragraphs are parted by an empty line, as folding wants it. */
function folded(value: string, indent: string): string {
  const paragraphs = value
    .trimEnd()
    .split('\n')
    .map((paragraph) => wrapped(paragraph, WIDTH - indent.length));
  const lines = paragraphs.flatMap((each, at) => (at === 0 ? each : ['', ...each]));
  return `>-\n${lines.map((line) => (line === '' ? '' : indent + line)).join('\n')}`;
}

function wrapped(paragraph: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of paragraph.split(' ').filter(Boolean)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.length === 0 ? [''] : lines;
}

const block = (value: unknown, indent: string): string =>
  stringify(value, { lineWidth: WIDTH })
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' ? '' : indent + line))
    .join('\n');

const item = (value: unknown, indent: string): string => block([value], indent);

/** The indentation of the block map that holds the value; null inside brackets, where nothing may be folded. */
function blockStart(text: string, document: Document, path: Edit['path']): number | null {
  for (let depth = path.length - 1; depth >= 0; depth--) {
    const around = document.getIn(path.slice(0, depth), true);
    if ((isMap(around) || isSeq(around)) && around.flow) return null;
  }
  const parent = document.getIn(path.slice(0, -1), true);
  const start = isMap(parent) ? startOf(parent.items[0]) : null;
  return start === null ? null : start - lineStart(text, start);
}

function keyOf(pair: Pair): unknown {
  return isScalar(pair.key) ? pair.key.value : pair.key;
}

function startOf(pair: Pair | undefined): number | null {
  return isNode(pair?.key) && pair.key.range ? pair.key.range[0] : null;
}

const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1;

/** Behind the line break of the line. */
function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end + 1;
}

/** The end of what was written there, without the blank after it that a block text counts as its own. */
function trimmed(text: string, start: number, end: number): number {
  return start + text.slice(start, end).trimEnd().length;
}

const replaced = (text: string, from: number, to: number, by: string): string =>
  text.slice(0, from) + by + text.slice(to);

const ensureBreak = (lines: string): string => (lines === '' || lines.endsWith('\n') ? lines : `${lines}\n`);

const insertedAfter = (text: string, at: number, lines: string): string =>
  `${ensureBreak(text.slice(0, at))}${lines}\n${text.slice(at)}`;
