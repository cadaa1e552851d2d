import type { ToxicProxy } from '../proxy.ts';
import type { Toxic } from '../toxic.ts';

/** A toxic as Toxiproxy shows it. What is ours is shown only where somebody asked for it: clients may be strict. */
export function toxicView({ spec, attributes, toxicity, effects }: Toxic): object {
  const { name, type, streamGiven: stream, ttl, seed, maxAffected } = spec;
  return {
    attributes,
    name,
    type,
    stream,
    toxicity: float32(toxicity),
    ...(ttl === null ? {} : { ttl }),
    ...(seed === null ? {} : { seed }),
    ...(maxAffected === null ? {} : { max_affected: maxAffected, effects }),
  };
}

export function proxyView({ name, listen, upstream, enabled, toxics }: ToxicProxy): object {
  return { name, listen, upstream, enabled, toxics: toxics.map(toxicView) };
}

/** JSON with the characters escaped which Go escapes. */
export function encode(value: unknown): string {
  const code = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, code);
}

/** The shortest number that is the same in 32 bits, as Go shows a float32. */
function float32(value: number): number {
  const wanted = Math.fround(value);
  for (let digits = 1; digits < 10; digits++) {
    const short = Number(wanted.toPrecision(digits));
    if (Math.fround(short) === wanted) return short;
  }
  return wanted;
}
