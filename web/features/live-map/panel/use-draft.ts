import { type FaultType, parametersOf } from '@stormglass/agents/contract';
import { useCallback, useState } from 'react';
import type { FaultDraft } from '../model/fault-draft.ts';
import { initialValues, NO_SHAPE, type Values } from '../model/fault-form.ts';

const DEFAULTS: Omit<FaultDraft, 'values'> = {
  calls: {},
  shape: NO_SHAPE,
  shapeValues: {},
  percentage: '100',
  seconds: '30',
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
