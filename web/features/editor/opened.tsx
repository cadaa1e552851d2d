'use client';
import type { Run } from '@stormglass/chaos/contract';
import type { JsonSchema } from '../../live/json-schema.ts';
import { draftName, type Origin } from './origin.ts';
import { TEMPLATE, textOfRun } from './template.ts';
import { useDraft } from './use-draft.ts';
import { Workbench } from './workbench.tsx';

export interface OpenedProps {
  origin: Origin;
  schema: JsonSchema;
  /** Of the file that is copied. */
  text?: string;
  /** That is copied. */
  run?: Run;
}

/** The editor over the draft of what was opened. */
export function Opened({ origin, schema, text, run }: OpenedProps) {
  const original = text ?? (run ? textOfRun(run) : TEMPLATE);
  return <Workbench draft={useDraft(draftName(origin), original)} schema={schema} />;
}
