import { type FaultAction, StormglassError } from '../../contract/index.ts';

/** The action as the one that an injector is for. */
export function demand<Type extends FaultAction['type']>(
  action: FaultAction,
  ...types: Type[]
): Extract<FaultAction, { type: Type }> {
  const wanted: readonly string[] = types;
  if (wanted.includes(action.type)) return action as Extract<FaultAction, { type: Type }>;
  throw new StormglassError(
    'fault_unsupported',
    `${action.type} is not injected here, only ${types.join(', ')}`,
    'Choose another fault.',
  );
}
