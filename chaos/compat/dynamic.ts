import { get, item } from './py/access.ts';
import { equal } from './py/compare.ts';
import { str } from './py/text.ts';
import { copyOf, type Dict, isDict, type Value } from './py/value.ts';
import { perform } from './run/activity.ts';
import type { Stage } from './run/stage.ts';

/** Configuration that a probe reads when the run begins. One that cannot be read is left out, and the run goes on. */
export async function loadDynamic(stage: Stage): Promise<Dict> {
  const found: Dict = new Map();
  let hadErrors = false;
  const part: Stage = { ...stage, scope: { configuration: found, secrets: stage.scope.secrets } };
  for (const [key, value] of stage.scope.configuration) {
    if (!isDict(value) || value.get('type') !== 'probe') {
      found.set(key, value);
      continue;
    }
    const provider = item(value, 'provider');
    const type = item(provider, 'type');
    if (isDict(provider)) provider.set('secrets', copyOf(stage.scope.secrets));
    const read = await answerOf(value, type, part);
    if (read === undefined) hadErrors = true;
    else found.set(key, read);
  }
  if (hadErrors) {
    const advice = 'Please review the log file for understanding what happened.';
    stage.log('WARNING', `Some of the dynamic configuration failed to be loaded.${advice}`);
  }
  return found;
}

async function answerOf(probe: Dict, type: Value, stage: Stage): Promise<Value | undefined> {
  let output: Value;
  try {
    output = await perform(probe, stage, new AbortController().signal);
  } catch {
    // Whatever goes wrong, the reference only mentions it in its debug log.
    return undefined;
  }
  if (type === 'http') return get(output, 'body', null);
  if (type !== 'process') return output;
  return equal(item(output, 'status'), 0n) ? str(get(output, 'stdout', '')).trim() : undefined;
}
