import { z } from 'zod';

/**
 * The closed list of error codes of Stormglass. A code is stable; its message is for people and says what to do.
 * `retry` tells a program whether the same call can succeed later without being changed.
 */
export const ERROR_CODES = {
  invalid_request: { status: 400, retry: false },
  unauthorized: { status: 401, retry: false },
  forbidden_origin: { status: 403, retry: false },
  target_protected: { status: 403, retry: false },
  chaos_not_allowed: { status: 403, retry: false },
  not_found: { status: 404, retry: false },
  method_not_allowed: { status: 405, retry: false },
  conflict: { status: 409, retry: false },
  run_in_progress: { status: 409, retry: true },
  payload_too_large: { status: 413, retry: false },
  unsupported_media_type: { status: 415, retry: false },
  fault_unsupported: { status: 422, retry: false },
  query_too_large: { status: 422, retry: false },
  experiment_invalid: { status: 422, retry: false },
  halted: { status: 423, retry: true },
  backpressure: { status: 429, retry: true },
  internal: { status: 500, retry: true },
  target_absent: { status: 503, retry: true },
  control_failed: { status: 502, retry: true },
  store_unavailable: { status: 503, retry: true },
  timeout: { status: 504, retry: true },
} as const satisfies Record<string, { status: number; retry: boolean }>;

export type ErrorCode = keyof typeof ERROR_CODES;

export const ErrorBody = z.object({
  error: z.object({
    code: z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]),
    message: z.string(),
    /** The caller's next move, one sentence. */
    next: z.string(),
    /** Of a file: everything that is wrong in it. Lines and columns count from one; null when there is no place. */
    problems: z
      .array(
        z.object({
          code: z.string(),
          /** `method[1].provider.type` */
          path: z.string(),
          line: z.number().int().nullable(),
          column: z.number().int().nullable(),
          message: z.string(),
          next: z.string(),
        }),
      )
      .optional(),
  }),
});
export type ErrorBody = z.infer<typeof ErrorBody>;

/** The one error class which crosses an edge of ours (HTTP, socket, CLI). */
export class StormglassError extends Error {
  readonly code: ErrorCode;
  readonly next: string;

  constructor(code: ErrorCode, message: string, next: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StormglassError';
    this.code = code;
    this.next = next;
  }

  get status(): number {
    return ERROR_CODES[this.code].status;
  }

  toBody(): ErrorBody {
    return { error: { code: this.code, message: this.message, next: this.next } };
  }

  static from(body: ErrorBody): StormglassError {
    return new StormglassError(body.error.code, body.error.message, body.error.next);
  }
}

/** Ends every switch over a discriminated union: the compiler proves that nothing is left. */
export function assertNever(value: never): never {
  throw new Error(`unhandled case: ${JSON.stringify(value)}`);
}
