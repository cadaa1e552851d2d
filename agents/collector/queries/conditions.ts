import type { AttributeCondition, AttributeScalar } from '../../contract/trace.ts';
import type { Binder } from './binder.ts';

/** The columns in which a scope keeps its attributes and their type tags (see store/flat.ts). */
export const SCOPE_COLUMNS = {
  span: { values: 'SpanAttributes', types: 'SpanAttributeTypes' },
  resource: { values: 'ResourceAttributes', types: 'ResourceAttributeTypes' },
  event: { values: 'Events.Attributes', types: 'Events.AttributeTypes' },
  link: { values: 'Links.Attributes', types: 'Links.AttributeTypes' },
} as const;

/** Bytes are shown as base64, so they are compared as such. An empty text has a tag of its own. */
const TEXT_TAGS = `('', 'y')`;
const NUMBER_TAGS = `('i', 'd')`;

/** The condition in SQL over one row of otel_traces. */
export function attributeCondition(condition: AttributeCondition, binder: Binder): string {
  return `(${attributeAlternatives(condition, binder).join(' OR ')})`;
}

/**
 * The ways for a row to meet the condition, no row in two of them. Asked one by one the indexes over values skip what
 * cannot match; asked together they skip nothing (a value nobody has, in a million spans: 11 against 280 ms).
 */
export function attributeAlternatives(condition: AttributeCondition, binder: Binder): string[] {
  const key = binder.bind(condition.key, 'String');
  const test = (values: string, types: string) => {
    const holds = valueTest(condition, `${values}[${key}]`, `${types}[${key}]`, binder);
    return holds ?? isThere(`${values}[${key}]`, `${types}[${key}]`);
  };
  const on = (scope: 'span' | 'resource') => test(SCOPE_COLUMNS[scope].values, SCOPE_COLUMNS[scope].types);
  switch (condition.scope) {
    case 'span':
    case 'resource':
      return [on(condition.scope)];
    case 'event':
    case 'link': {
      const { values, types } = SCOPE_COLUMNS[condition.scope];
      return [`arrayExists((v, t) -> ${test('v', 't')}, ${values}, ${types})`];
    }
    case undefined: {
      // A span's own attribute hides the one of its resource.
      const hidden = isThere(`SpanAttributes[${key}]`, `SpanAttributeTypes[${key}]`);
      return [on('span'), `(${on('resource')} AND NOT ${hidden})`];
    }
  }
}

/** An absent key has neither. To ask mapContains instead reads every key of the map: 12 times as much (measured). */
const isThere = (text: string, tag: string) => `(${text} != '' OR ${tag} != '')`;

/** What must hold for the attribute's text and type tag; null when its presence is all. */
function valueTest(condition: AttributeCondition, text: string, tag: string, binder: Binder): string | null {
  switch (condition.op) {
    case 'exists':
      return null;
    case '=':
      return equalsAny([condition.value], text, tag, binder);
    case '!=':
      return `(${isThere(text, tag)} AND NOT ${equalsAny([condition.value], text, tag, binder)})`;
    case 'in':
      return equalsAny(condition.value, text, tag, binder);
    case '<':
    case '>':
      return `(${tag} IN ${NUMBER_TAGS} AND toFloat64OrZero(${text}) ${condition.op} ${binder.bind(condition.value, 'Float64')})`;
    case 'text':
      return `positionCaseInsensitiveUTF8(${text}, ${binder.bind(condition.value, 'String')}) > 0`;
  }
}

/** True when the attribute is one of the values, by value and by type: 200 is not "200". */
function equalsAny(values: readonly AttributeScalar[], text: string, tag: string, binder: Binder): string {
  const texts = values.filter((v) => typeof v === 'string' && v !== '') as string[];
  const numbers = values.filter((v) => typeof v === 'number');
  const booleans = values.filter((v) => typeof v === 'boolean');
  // Integers beyond 2^53 come to a reader as text, so they are asked for as text.
  const wide = texts.filter((v) => /^-?\d{16,19}$/.test(v) && !Number.isSafeInteger(Number(v)));
  const among = (list: readonly unknown[], type: string) => `IN ${binder.bind(list, `Array(${type})`)}`;
  const parts = [
    ...(values.includes('') ? [`${tag} = 'e'`] : []),
    ...(texts.length > 0 ? [`(${tag} IN ${TEXT_TAGS} AND ${text} ${among(texts, 'String')})`] : []),
    ...(wide.length > 0 ? [`(${tag} = 'i' AND ${text} ${among(wide, 'String')})`] : []),
    ...(numbers.length > 0
      ? [`(${tag} IN ${NUMBER_TAGS} AND toFloat64OrZero(${text}) ${among(numbers, 'Float64')})`]
      : []),
    ...(booleans.length > 0 ? [`(${tag} = 'b' AND ${text} ${among(booleans.map(String), 'String')})`] : []),
  ];
  return `(${parts.join(' OR ')})`;
}
