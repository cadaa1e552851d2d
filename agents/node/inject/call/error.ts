import type { EffectOf } from './effect.ts';

/** An answer in place of the real one, or an exception where a code is given. */
export const error: EffectOf<'error'> = ({ status, body, headers, code, message }) =>
  code === ''
    ? { kind: 'answer', status, body, headers: lowerCased(headers) }
    : { kind: 'throw', error: Object.assign(new Error(message), { code }) };

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  const own = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return { 'content-type': 'application/json; charset=utf-8', ...Object.fromEntries(own) };
}
