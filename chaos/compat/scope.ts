import { item } from './py/access.ts';
import { PyError } from './py/error.ts';
import { type Names, substitute } from './py/template.ts';
import { type Dict, truthy, type Value } from './py/value.ts';

/** What texts of an experiment are filled in from. */
export interface Scope {
  configuration: Dict;
  /** Secrets by target; the names are those of the second level. */
  secrets: Dict;
}

/** Configuration beats secrets, an earlier target a later one. */
export function namesIn({ configuration, secrets }: Scope): Names {
  const maps: Value[] = [configuration, ...secrets.values()];
  return (name) => {
    for (const map of maps) {
      const found = lookUp(map, name);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

function lookUp(map: Value, name: string): Value | undefined {
  try {
    return item(map, name);
  } catch (error) {
    if (error instanceof PyError && error.type === 'KeyError') return undefined;
    throw error;
  }
}

/** Arguments are only looked at when there is something to fill in: `$$` stays `$$` without. */
export function fillIn(value: Value, scope: Scope): Value {
  const any = scope.configuration.size > 0 || scope.secrets.size > 0;
  return truthy(value) && any ? substitute(value, namesIn(scope)) : value;
}
