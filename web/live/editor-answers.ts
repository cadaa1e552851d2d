import { ErrorBody } from '@stormglass/agents/contract';
import { Run } from '@stormglass/chaos/contract';
import { z } from 'zod';
import type { EDITOR_API } from './editor-api.ts';
import type { JsonSchema } from './json-schema.ts';
import { ResolvedTarget } from './resolved-target.ts';

const Refusal = ErrorBody.shape.error;

/** One thing that is wrong in the text of an experiment. */
export const DraftProblem = Refusal.shape.problems.unwrap().element;
export type DraftProblem = z.infer<typeof DraftProblem>;

/** What a fault of the method would do if it were armed now. */
const DryFault = z.object({
  /** The activity's name, and its place in the method. */
  activity: z.string(),
  index: z.number().int(),
  title: z.string(),
  targets: z.array(ResolvedTarget),
  /** By the last minutes; null when the window has no call yet. */
  reach: z
    .object({
      /** Calls it would hurt in its life, and their share of all calls. */
      calls: z.number().int(),
      share: z.number(),
      /** Calls on the target in the window, and how long that is. */
      basis: z.number().int(),
      seconds: z.number(),
    })
    .nullable(),
  /** Why it could not be armed; null when it could. */
  error: Refusal.nullable(),
});

/** A probe of the hypothesis or a guard, as it reads now. */
const DryReading = z.object({
  name: z.string(),
  /** Null when there is too little to say anything by. */
  ok: z.boolean().nullable(),
  says: z.string(),
});

export const DryRun = z.object({
  title: z.string(),
  faults: z.array(DryFault),
  /** Controls and protections of the method, and whether somebody connected offers them. */
  others: z.array(
    z.object({ activity: z.string(), index: z.number().int(), says: z.string(), ok: z.boolean() }),
  ),
  hypothesis: z.array(DryReading),
  guards: z.array(DryReading),
  /** Why no run could begin now; null when one could. */
  blocked: Refusal.nullable(),
});
export type DryRun = z.infer<typeof DryRun>;

/** What the rows about drafts answer. */
export const EDITOR_ANSWERS = {
  /** A JSON Schema, draft 2020-12. */
  experimentSchema: z.custom<JsonSchema>((schema) => typeof schema === 'object' && schema !== null),
  experimentSource: z.object({ id: z.string(), file: z.string(), text: z.string() }),
  checkDraft: z.object({ title: z.string().nullable(), problems: z.array(DraftProblem) }),
  dryRunDraft: DryRun,
  runDraft: Run,
} as const satisfies Record<keyof typeof EDITOR_API, z.ZodType>;
