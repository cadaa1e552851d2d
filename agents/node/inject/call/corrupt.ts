import type { EffectOf } from './effect.ts';

export const corrupt: EffectOf<'corrupt'> = ({ patch }) => ({
  kind: 'rewrite',
  rewrite: (body) => {
    const parsed = parse(body);
    return parsed === undefined ? null : Buffer.from(JSON.stringify(mergePatch(parsed, patch)));
  },
});

/** RFC 7396: null removes a member, objects are merged, anything else replaces. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) result.delete(name);
    else result.set(name, mergePatch(result.get(name), value));
  }
  return Object.fromEntries(result);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Undefined when it is no JSON: encoded, or something else. */
function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
