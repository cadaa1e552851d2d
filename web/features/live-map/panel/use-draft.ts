import { type FaultSpec, type FaultType, parametersOf } from '@stormglass/agents/contract';
import { useCallback, useState } from 'react';
import type { BreakOption } from '../model/break-options.ts';
import {
  actionOf,
  hurtsCalls,
  initialValues,
  NO_SHAPE,
  selectorOf,
  shapeOf,
  type Values,
} from '../model/fault-form.ts';

/** A fault as the form holds it. */
export interface FaultDraft {
  values: Values;
  /** Which calls, besides the share. */
  calls: Values;
  shape: string;
  shapeValues: Values;
  percentage: number;
  durationMs: number;
}

const DEFAULTS: Omit<FaultDraft, 'values'> = {
  ...{ calls: {}, shape: NO_SHAPE, shapeValues: {} },
  ...{ percentage: 100, durationMs: 30_000 },
};

/** Keeps share, calls and duration while another fault is picked; its own parameters start anew. */
export function useDraft(type: FaultType | undefined): [FaultDraft, (change: Partial<FaultDraft>) => void] {
  const [drafts, setDrafts] = useState<Partial<Record<FaultType, Values>>>({});
  const [shared, setShared] = useState(DEFAULTS);
  const values = (type && drafts[type]) ?? (type ? initialValues(parametersOf(type)) : {});
  const change = useCallback(
    ({ values: next, ...rest }: Partial<FaultDraft>) => {
      if (next && type) setDrafts((old) => ({ ...old, [type]: next }));
      setShared((old) => ({ ...old, ...rest }));
    },
    [type],
  );
  return [{ ...shared, values }, change];
}

/** The draft as the API wants it, or what is wrong with it. Each arming has a seed of its own, so that a repeat needs the report's. */
export function toSpec(option: BreakOption, draft: FaultDraft): { spec: FaultSpec } | { problem: string } {
  const calls = hurtsCalls(option.type);
  const action = actionOf(option.type, draft.values);
  const selector = selectorOf(calls ? draft.percentage : 100, calls ? draft.calls : {});
  const shape = shapeOf(calls ? draft.shape : NO_SHAPE, draft.shapeValues);
  if (!action.ok) return action;
  if (!selector.ok) return selector;
  if (!shape.ok) return shape;
  const [seed = 1] = crypto.getRandomValues(new Uint32Array(1));
  return {
    spec: {
      action: action.value,
      target: option.target,
      position: option.position,
      selector: selector.value,
      ...(shape.value === undefined ? {} : { shape: shape.value }),
      seed,
      durationMs: draft.durationMs,
      reason: 'Armed from the live map',
    },
  };
}
