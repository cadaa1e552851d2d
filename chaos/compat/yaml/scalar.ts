import { PyError } from '../py/error.ts';
import { toFloat, toInt } from '../py/number.ts';
import { Moment, type Value } from '../py/value.ts';

const BOOL = /^(?:(yes|Yes|YES|true|True|TRUE|on|On|ON)|no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const FLOAT =
  /^(?:[-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const INT =
  /^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/;
const TIME =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.(\d*))?(?:[ \t]*(Z|[-+]\d\d?(?::\d\d)?))?)?$/;
const DATE = /^\d{4}-\d\d-\d\d$/;

/** What a plain scalar is by YAML 1.1 as PyYAML reads it: `on` is true, `012` is ten, `1e3` is a text. */
export function tagOf(text: string): string {
  if (BOOL.test(text)) return 'bool';
  if (FLOAT.test(text)) return 'float';
  if (INT.test(text)) return 'int';
  if (text === '<<') return 'merge';
  if (/^(?:~|null|Null|NULL|)$/.test(text)) return 'null';
  const time = TIME.exec(text);
  if (time !== null && (time[4] !== undefined || DATE.test(text))) return 'timestamp';
  return text === '=' ? 'value' : 'str';
}

/** A scalar of a tag of YAML itself. */
export function construct(tag: string, text: string): Value {
  switch (tag) {
    case 'str':
      return text;
    case 'null':
      return null;
    case 'bool':
      return truth(text);
    case 'int':
      return integer(text);
    case 'float':
      return float(text);
    case 'timestamp':
      return moment(text);
    case 'binary':
      return new Uint8Array(Buffer.from(text, 'base64'));
    default:
      throw unknownTag(`tag:yaml.org,2002:${tag}`);
  }
}

export const unknownTag = (tag: string): PyError =>
  new PyError('ConstructorError', `could not determine a constructor for the tag '${tag}'`);

function truth(text: string): boolean {
  const match = BOOL.exec(text[0] === text[0]?.toUpperCase() ? text : text.toLowerCase());
  if (match === null) throw new PyError('KeyError', `'${text.toLowerCase()}'`);
  return match[1] !== undefined;
}

function integer(source: string): bigint {
  const bare = source.replaceAll('_', '');
  const sign = bare.startsWith('-') ? -1n : 1n;
  const text = bare.replace(/^[-+]/, '');
  if (text === '0') return 0n;
  if (/^0[bx]/.test(text)) return sign * BigInt(text);
  if (text.startsWith('0')) return sign * BigInt(`0o${text}`);
  if (!text.includes(':')) return sign * toInt(text);
  return sign * text.split(':').reduce((sum, part) => sum * 60n + toInt(part), 0n);
}

function float(source: string): number {
  const bare = source.replaceAll('_', '').toLowerCase();
  const sign = bare.startsWith('-') ? -1 : 1;
  const text = bare.replace(/^[-+]/, '');
  if (text === '.inf') return sign * Number.POSITIVE_INFINITY;
  if (text === '.nan') return Number.NaN;
  if (!text.includes(':')) return sign * toFloat(text);
  return sign * text.split(':').reduce((sum, part) => sum * 60 + toFloat(part), 0);
}

const two = (part: string | undefined): string => (part ?? '0').padStart(2, '0');

function moment(text: string): Moment {
  const [, year = '', month, day, hour, minute, second, fraction, zone] = TIME.exec(text) ?? [];
  const date = `${year}-${two(month)}-${two(day)}`;
  const real = new Date(`${date}T00:00:00Z`);
  if (Number(month) < 1 || Number(month) > 12) throw new PyError('ValueError', 'month must be in 1..12');
  if (Number.isNaN(real.getTime()) || !real.toISOString().startsWith(date)) {
    throw new PyError('ValueError', 'day is out of range for month');
  }
  if (hour === undefined) return new Moment('date', date);
  const micro =
    fraction === undefined || /^0*$/.test(fraction) ? '' : `.${fraction.slice(0, 6).padEnd(6, '0')}`;
  return new Moment('datetime', `${date}T${two(hour)}:${two(minute)}:${two(second)}${micro}${offset(zone)}`);
}

function offset(zone: string | undefined): string {
  if (zone === undefined) return '';
  if (zone === 'Z') return '+00:00';
  const [hours, minutes] = zone.slice(1).split(':');
  return `${zone[0]}${two(hours)}:${two(minutes)}`;
}
