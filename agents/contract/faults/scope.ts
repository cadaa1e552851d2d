import { z } from 'zod';

/**
 * A scope hurts only the requests that carry it: one entry of the W3C baggage, `stormglass.scope=<id>.<expiry>.<mac>`.
 * `expiry` is in epoch seconds on the hub's clock; `mac` is the HMAC-SHA256 of `scopeText`, in base64url, under a key which the
 * hub hands to its agents. Whoever holds no key cannot make one that is obeyed, nor prolong his own.
 */
export const SCOPE_ENTRY = 'stormglass.scope';
export const SCOPE_ID = /^[A-Za-z0-9_-]{1,64}$/;
const SIGNED = /^([A-Za-z0-9_-]{1,64})\.(\d{1,12})\.([A-Za-z0-9_-]{43})$/;

export interface SignedScope {
  id: string;
  /** Epoch seconds. */
  expiry: number;
  mac: string;
}

/** What the signature is over. */
export function scopeText(id: string, expiry: number): string {
  return `${SCOPE_ENTRY} ${id} ${expiry}`;
}

export function formatScope({ id, expiry, mac }: SignedScope): string {
  return `${id}.${expiry}.${mac}`;
}

/** Null when it is not of the form of a signed scope. */
export function parseScope(value: string): SignedScope | null {
  const [, id, expiry, mac] = SIGNED.exec(value) ?? [];
  return id === undefined || expiry === undefined || mac === undefined
    ? null
    : { id, expiry: Number(expiry), mac };
}

/** Why an agent does not obey a scope. */
export const SCOPE_REFUSALS = ['unsigned', 'bad_signature', 'expired', 'no_key'] as const;
export type ScopeRefusal = (typeof SCOPE_REFUSALS)[number];

/** What the hub tells each agent when it connects, and again when it changes. */
export const ChaosTerms = z.object({
  /** Key of scopes, base64. */
  scopeKey: z.string().min(1),
  /** The hub's clock, epoch ms: expiries are on it, whatever the agent's own says. */
  now: z.number(),
  /** While true, faults that requests ask for by their headers are not injected either. */
  halted: z.boolean(),
});
export type ChaosTerms = z.infer<typeof ChaosTerms>;
