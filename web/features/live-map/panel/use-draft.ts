import type { FaultSpec, FaultType } from '@stormglass/agents/contract';
import { useCallback, useState } from 'react';
import {
  actionOf,
  type BreakOption,
  hurtsCalls,
  type Parameter,
  parametersOf,
} from '../model/break-options.ts';

/** A fault as the form holds it. */
export interface FaultDraft {
  values: Partial<Record<Parameter['name'], number>>;
  percentage: number;
  durationMs: number;
}

const DEFAULTS: Omit<FaultDraft, 'values'> = { percentage: 100, durationMs: 30_000 };

function initial(type: FaultType | undefined): FaultDraft['values'] {
  return type ? Object.fromEntries(parametersOf(type).map((p) => [p.name, p.initial])) : {};
}

/** Keeps share and duration while another fault is picked; its own parameters start anew. */
export function useDraft(type: FaultType | undefined): [FaultDraft, (change: Partial<FaultDraft>) => void] {
  const [drafts, setDrafts] = useState<Partial<Record<FaultType, FaultDraft['values']>>>({});
  const [shared, setShared] = useState(DEFAULTS);
  const values = (type && drafts[type]) ?? initial(type);
  const change = useCallback(
    ({ values: next, ...rest }: Partial<FaultDraft>) => {
      if (next && type) setDrafts((old) => ({ ...old, [type]: next }));
      setShared((old) => ({ ...old, ...rest }));
    },
    [type],
  );
  return [{ ...shared, values }, change];
}

/** The draft as the API wants it; each arming has a seed of its own, so that a repeat needs the report's. */
export function toSpec(option: BreakOption, draft: FaultDraft): FaultSpec {
  const [seed = 1] = crypto.getRandomValues(new Uint32Array(1));
  return {
    action: actionOf(option.type, draft.values),
    target: option.target,
    position: option.position,
    selector: { percentage: hurtsCalls(option.type) ? draft.percentage : 100 },
    seed,
    durationMs: draft.durationMs,
    reason: 'Armed from the live map',
  };
}
