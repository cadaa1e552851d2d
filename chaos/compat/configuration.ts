import { contains, get, item, items } from './py/access.ts';
import { convert } from './py/convert.ts';
import { invalid } from './py/error.ts';
import { str } from './py/text.ts';
import { type Dict, isDict, truthy, type Value } from './py/value.ts';

type Environment = NodeJS.ProcessEnv;

/** The configuration with what comes from the environment; an entry given from outside replaces that of the file. */
export function loadConfiguration(info: Value, env: Environment, extra: Dict): Dict {
  return new Map(
    items(info).map(([key, value]) => [
      key,
      resolved(extra.has(key) ? (extra.get(key) ?? null) : value, env),
    ]),
  );
}

function resolved(value: Value, env: Environment): Value {
  if (!isDict(value) || value.get('type') !== 'env') return value;
  const name = str(item(value, 'key'));
  if (env[name] === undefined && !contains(value, 'default')) {
    const message = 'Configuration makes reference to an environment key that does not exist';
    throw invalid('InvalidExperiment', `${message}: ${name}`);
  }
  return convert(get(value, 'env_var_type', null), env[name] ?? get(value, 'default', null));
}

/** Secrets by target, from the environment where they say so. Vault is not supported: such a secret is empty. */
export function loadSecrets(info: Value, env: Environment, extra: Value): Dict {
  return new Map(items(info).map(([key, value]) => [key, secret(value, env, extraOf(extra, key))]));
}

const extraOf = (extra: Value, key: Value): Value => (truthy(extra) ? get(extra, key, null) : null);

function secret(value: Value, env: Environment, given: Value): Value {
  if (!isDict(value)) return value;
  if (given !== null) return given;
  const type = value.get('type');
  if (type === 'vault') return new Map();
  if (type !== 'env') return loadSecrets(value, env, given);
  const name = str(item(value, 'key'));
  const found = env[name];
  if (found !== undefined) return found;
  const message = 'Secrets make reference to an environment key that does not exist';
  throw invalid('InvalidExperiment', `${message}: ${name}`);
}
