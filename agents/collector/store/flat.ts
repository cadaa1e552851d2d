import type { Part } from '../wire/signals.ts';

/**
 * Flat column lists for the engine's protobuf reader. A column named `a.b.c` reads field c of message b of message a,
 * with one Array around it for each repeated level. Deep tuples say the same in one column but cost 5x the planning
 * time of an insert (60 ms of 75 for 40 spans, measured), and an insert of few rows is nearly all planning.
 */
export interface FlatColumn {
  /** Dotted path in the protobuf message. */
  path: string;
  type: string;
  /** How many repeated levels lie around the value, the value's own one included. */
  depth: number;
}

/** What a part adds to a load: columns to read, target columns to fill (else they have their default, empty). */
export interface LoadPart {
  columns: readonly FlatColumn[];
  /** Target column -> SQL expression over the unfolded columns. */
  target: Readonly<Record<string, string>>;
}

/** How one kind of request becomes rows of one table. */
export interface Load extends LoadPart {
  table: string;
  /** Protobuf message of a record. */
  message: string;
  /** Repeated levels to unfold, outermost first. */
  levels: readonly string[];
  parts: Readonly<Partial<Record<Part, LoadPart>>>;
}

/** The kinds of AnyValue after the edge's flattening (wire/flatten.ts), each read as text, with its type tag. */
const VALUE_KINDS = [
  ['string_value', ''],
  ['int_value', 'i'],
  ['double_value', 'd'],
  ['bool_value', 'b'],
  ['json_value', 'j'],
  ['base64_value', 'y'],
] as const;

export function scalar(path: string, type: string, depth: number): FlatColumn {
  return { path, type, depth };
}

export function scalars(path: string, type: string, depth: number, names: readonly string[]): FlatColumn[] {
  return names.map((name) => scalar(`${path}.${name}`, type, depth));
}

/** The column of that path, quoted. */
export const field = (path: string) => `\`${path}\``;
export const timestamp = (ns: string) => `fromUnixTimestamp64Nano(toInt64(${ns}), 'UTC')`;
export const timestamps = (ns: string) => `arrayMap(n -> ${timestamp('n')}, ${ns})`;
export const hexId = (bytes: string) => `lower(hex(${bytes}))`;
export const hexIds = (bytes: string) => `arrayMap(b -> ${hexId('b')}, ${bytes})`;

/** The columns of one AnyValue. */
export function anyValue(path: string, depth: number): FlatColumn[] {
  return VALUE_KINDS.map(([kind]) => scalar(`${path}.${kind}`, 'Nullable(String)', depth));
}

/** The columns of one attribute list, `depth` being that of the message which has it. */
export function attributes(path: string, depth: number): FlatColumn[] {
  return [scalar(`${path}.key`, 'String', depth + 1), ...anyValue(`${path}.value`, depth + 1)];
}

export function structure(columns: readonly FlatColumn[]): string {
  const wrap = (c: FlatColumn) => 'Array('.repeat(c.depth) + c.type + ')'.repeat(c.depth);
  return columns.map((c) => `\`${c.path}\` ${wrap(c)}`).join(', ');
}

const kindColumns = (path: string) => VALUE_KINDS.map(([kind]) => field(`${path}.${kind}`)).join(', ');
const LETTERS = VALUE_KINDS.map((_, i) => `v${i}`);
const COALESCE = `coalesce(${LETTERS.join(', ')}, '')`;
const TAG = `multiIf(v0 = '', 'e', ${VALUE_KINDS.map(([, tag], i) => `isNotNull(v${i}), '${tag}'`).join(', ')}, 'n')`;
const lambda = (body: string) => `(${LETTERS.join(', ')}) -> ${body}`;

/** One AnyValue as the Collector's exporter writes it: text; bytes as base64; lists and maps as JSON. */
export function valueText(path: string): string {
  return `coalesce(${kindColumns(path)}, '')`;
}

/**
 * Type tags as queries/attributes.ts reads them: i(nt), d(ouble), b(ool), j(son), y (bytes), n(othing). Text has none, but
 * for the empty one (e): so whether an attribute is there can be told from one value and one tag, without all its keys.
 */
export function valueTag(path: string): string {
  return `multiIf(${VALUE_KINDS.map(([kind, tag]) => `isNotNull(${field(`${path}.${kind}`)}), '${tag}'`).join(', ')}, 'n')`;
}

/** Map of an attribute list whose message has been unfolded to depth 0. */
export function attributeMap(path: string): string {
  return `mapFromArrays(${field(`${path}.key`)}, arrayMap(${lambda(COALESCE)}, ${kindColumns(`${path}.value`)}))`;
}

export function attributeTypes(path: string): string {
  const tags = `arrayMap(${lambda(TAG)}, ${kindColumns(`${path}.value`)})`;
  return `mapFilter((k, t) -> t != '', mapFromArrays(${field(`${path}.key`)}, ${tags}))`;
}

/** Array of maps of an attribute list whose message is repeated (events, links, exemplars). */
export function attributeMaps(path: string): string {
  const inner = `mapFromArrays(k, arrayMap(${lambda(COALESCE)}, ${LETTERS.map((l) => l.replace('v', 'w')).join(', ')}))`;
  return overEach(path, inner);
}

export function attributeTypeMaps(path: string): string {
  const tags = `arrayMap(${lambda(TAG)}, ${LETTERS.map((l) => l.replace('v', 'w')).join(', ')})`;
  return overEach(path, `mapFilter((x, t) -> t != '', mapFromArrays(k, ${tags}))`);
}

/** Rare, so a part of its own: the attributes of an instrumentation scope. */
export function scopeAttributes(scopes: string): LoadPart {
  const path = `${scopes}.scope.attributes`;
  return {
    columns: attributes(path, 2),
    target: { ScopeAttributes: attributeMap(path), ScopeAttributeTypes: attributeTypes(path) },
  };
}

function overEach(path: string, body: string): string {
  const outer = LETTERS.map((l) => l.replace('v', 'w')).join(', ');
  return `arrayMap((k, ${outer}) -> ${body}, ${field(`${path}.key`)}, ${kindColumns(`${path}.value`)})`;
}

/**
 * Unfolds the repeated levels `levels` (outermost first) one after another: a column below level n is joined n times.
 * Columns of other levels are carried along unchanged.
 */
export function unfold(source: string, columns: readonly FlatColumn[], levels: readonly string[]): string {
  let from = source;
  for (const level of levels) {
    const inside = columns.filter((c) => c.path.startsWith(`${level}.`));
    const joined = inside.map((c) => field(c.path)).join(', ');
    from = `(SELECT ${columns.map((c) => field(c.path)).join(', ')} FROM ${from} ARRAY JOIN ${joined})`;
  }
  return from;
}
