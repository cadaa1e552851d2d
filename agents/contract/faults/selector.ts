import { z } from 'zod';
import { SCOPE_ID } from './scope.ts';
import { TraceVariant } from './variant.ts';

const NamedValue = z.object({ name: z.string().min(1).max(200), value: z.string().max(500).optional() });

/** Which of the target's calls are hurt. Absent fields select everything; those that are there must all agree. */
export const FaultSelector = z.object({
  /** Route template as the server knows it (`/charges`), or for an edge the request path without query. */
  route: z.string().optional(),
  method: z.string().toUpperCase().optional(),
  /** Share of selected calls, 0 < p <= 100. */
  percentage: z.number().positive().max(100).default(100),
  /** A request header by name, in any case; without a value it only has to be there. */
  header: NamedValue.optional(),
  /** Value of `tenant.id` (or `tenant`) in the W3C baggage, else of the header `x-tenant-id`. */
  tenant: z.string().min(1).max(200).optional(),
  /** An attribute given to `faultPoint`, as text. */
  attribute: NamedValue.optional(),
  /** Only requests whose baggage carries this scope, signed and not expired. */
  scope: z.string().regex(SCOPE_ID).optional(),
  /** Only a part of the traces; the others are left alone whole. */
  variant: TraceVariant.optional(),
});
export type FaultSelector = z.infer<typeof FaultSelector>;
