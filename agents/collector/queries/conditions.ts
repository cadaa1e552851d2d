import type { AttributeCondition, AttributeScalar } from '../../contract/trace.ts';
import type { Binder } from './binder.ts';

/** The columns in which a scope keeps its attributes and their type tags (see store/flat.ts). */
export const SCOPE_COLUMNS = {
  span: { values: 'SpanAttributes', types: 'SpanAttributeTypes' },
  resource: { values: 'ResourceAttributes', types: 'ResourceAttributeTypes' },
  event: { values: 'Events.Attributes', types: 'Events.AttributeTypes' },
  link: { values: 'Links.Attributes', types: 'Links.AttributeTypes' },
} as const;

/** Bytes are shown as base64, so they are compared as such. */
const TEXT_TAGS = `('', 'y')`;
const NUMBER_TAGS = `('i', 'd')`;

/** The condition in SQL over one row of otel_traces. */
export function attributeCondition(condition: AttributeCondition, binder: Binder): string {
  const key = binder.bind(condition.key, 'String');
  const test = (values: string, types: string) => {
    const holds = valueTest(condition, `${values}[${key}]`, `${types}[${key}]`, binder);
    return holds === null
      ? `mapContains(${values}, ${key})`
      : `(mapContains(${values}, ${key}) AND ${holds})`;
  };
  const on = (scope: 'span' | 'resource') => test(SCOPE_COLUMNS[scope].values, SCOPE_COLUMNS[scope].types);
  switch (condition.scope) {
    case 'span':
    case 'resource':
      return on(condition.scope);
    case 'event':
    case 'link': {
      const { values, types } = SCOPE_COLUMNS[condition.scope];
      return `arrayExists((v, t) -> ${test('v', 't')}, ${values}, ${types})`;
    }
    case undefined:
      // A span's own attribute hides the one of its resource.
      return `(${maybe(condition, binder)}(${on('span')} OR (NOT mapContains(SpanAttributes, ${key}) AND ${on('resource')})))`;
  }
}

/**
 * What must hold where the condition does, in words the indexes over values know: a value nobody has is told without
 * reading a span. A hint, since to test it row by row would read every map whole. Empty where a value has no one text.
 */
function maybe(condition: AttributeCondition, binder: Binder): string {
  const values = wantedValues(condition);
  if (values === null || !values.every((v) => typeof v === 'string' || Number.isSafeInteger(v))) return '';
  const texts = binder.bind(values.map(String), 'Array(String)');
  const among = (map: string) => `hasAny(mapValues(${map}), ${texts})`;
  return `indexHint(${among('SpanAttributes')} OR ${among('ResourceAttributes')}) AND `;
}

function wantedValues(condition: AttributeCondition): readonly AttributeScalar[] | null {
  switch (condition.op) {
    case '=':
      return [condition.value];
    case 'in':
      return condition.value;
    default:
      return null;
  }
}

/** What must hold for the attribute's text and type tag; null when its presence is all. */
function valueTest(condition: AttributeCondition, text: string, tag: string, binder: Binder): string | null {
  switch (condition.op) {
    case 'exists':
      return null;
    case '=':
      return equalsAny([condition.value], text, tag, binder);
    case '!=':
      return `NOT ${equalsAny([condition.value], text, tag, binder)}`;
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
  const texts = values.filter((v) => typeof v === 'string');
  const numbers = values.filter((v) => typeof v === 'number');
  const booleans = values.filter((v) => typeof v === 'boolean');
  // Integers beyond 2^53 come to a reader as text, so they are asked for as text.
  const wide = texts.filter((v) => /^-?\d{16,19}$/.test(v) && !Number.isSafeInteger(Number(v)));
  const among = (list: readonly unknown[], type: string) => `IN ${binder.bind(list, `Array(${type})`)}`;
  const parts = [
    ...(texts.length > 0 ? [`(${tag} IN ${TEXT_TAGS} AND ${text} ${among(texts, 'String')})`] : []),
    ...(wide.length > 0 ? [`(${tag} = 'i' AND ${text} ${among(wide, 'String')})`] : []),
    ...(numbers.length > 0
      ? [`(${tag} IN ${NUMBER_TAGS} AND toFloat64OrZero(${text}) ${among(numbers, 'Float64')})`]
      : []),
    ...(booleans.length > 0 ? [`(${tag} = 'b' AND ${text} ${among(booleans.map(String), 'String')})`] : []),
  ];
  return `(${parts.join(' OR ')})`;
}
