import { isDict, type Value } from '../py/value.ts';

/** All `provider.type` of an experiment, wherever a provider stands. */
export function providerTypes(value: Value): Set<string> {
  if (Array.isArray(value)) return new Set(value.flatMap((each) => [...providerTypes(each)]));
  if (!isDict(value)) return new Set();
  const below = [...value.values()].flatMap((each) => [...providerTypes(each)]);
  const provider = value.get('provider');
  const type = isDict(provider) ? provider.get('type') : undefined;
  return new Set(typeof type === 'string' ? [type, ...below] : below);
}
