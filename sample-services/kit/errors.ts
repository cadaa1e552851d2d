/**
 * What a service of the shop may say no with. The closed list stands in every answer as `{error: {code, message, next}}`,
 * the same body as the rest of Stormglass; `retry` says whether the same call can succeed later unchanged.
 */
export const SHOP_ERRORS = {
  invalid_request: { status: 400, retry: false },
  idempotency_key_missing: { status: 400, retry: false },
  unauthenticated: { status: 401, retry: false },
  login_failed: { status: 401, retry: false },
  card_declined: { status: 402, retry: false },
  forbidden: { status: 403, retry: false },
  not_found: { status: 404, retry: false },
  idempotency_in_progress: { status: 409, retry: true },
  sold_out: { status: 409, retry: false },
  already_compensated: { status: 409, retry: false },
  not_cancellable: { status: 409, retry: false },
  not_returnable: { status: 409, retry: false },
  not_stuck: { status: 409, retry: false },
  price_changed: { status: 409, retry: false },
  idempotency_mismatch: { status: 422, retry: false },
  undeliverable_address: { status: 422, retry: false },
  mode_unsupported: { status: 422, retry: false },
  rate_limited: { status: 429, retry: true },
  internal: { status: 500, retry: true },
  peer_failed: { status: 502, retry: true },
  unavailable: { status: 503, retry: true },
} as const satisfies Record<string, { status: number; retry: boolean }>;

export type ShopErrorCode = keyof typeof SHOP_ERRORS;

/** The body of every answer that is not a success. */
export interface ShopErrorBody {
  error: { code: ShopErrorCode; message: string; next: string };
}

/** A refusal or a failure which crosses a service's HTTP edge. */
export class ShopError extends Error {
  readonly code: ShopErrorCode;
  /** The caller's next move, one sentence. */
  readonly next: string;

  constructor(code: ShopErrorCode, message: string, next: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ShopError';
    this.code = code;
    this.next = next;
  }

  get status(): number {
    return SHOP_ERRORS[this.code].status;
  }

  toBody(): ShopErrorBody {
    return { error: { code: this.code, message: this.message, next: this.next } };
  }
}

/** The error in an answer of a peer that has this status too; null for what somebody between us and it may have said. */
export function typedErrorOf({
  status,
  body,
}: {
  status: number;
  body: unknown;
}): ShopErrorBody['error'] | null {
  const error = shopErrorOf(body);
  return error !== null && SHOP_ERRORS[error.code].status === status ? error : null;
}

/** The code of an answer of a peer, or null when the body is none of ours. */
export function shopErrorOf(body: unknown): ShopErrorBody['error'] | null {
  if (typeof body !== 'object' || body === null || !('error' in body)) return null;
  const { error } = body;
  if (typeof error !== 'object' || error === null) return null;
  if (!('code' in error) || typeof error.code !== 'string' || !(error.code in SHOP_ERRORS)) return null;
  const message = 'message' in error && typeof error.message === 'string' ? error.message : error.code;
  const next = 'next' in error && typeof error.next === 'string' ? error.next : '';
  return { code: error.code as ShopErrorCode, message, next };
}
