import { offerProtections } from '@stormglass/agents/node';

/**
 * What keeps the shop right under faults, each of which can be taken away to show what it is for. On unless somebody
 * takes it off on purpose; a process that starts again has all of them.
 */
export const PROTECTIONS = {
  'idempotency-keys': 'a repeated command is answered from the first, not carried out again',
  'journal-resume': 'a saga whose process died is taken up again',
  'register-before': 'a compensation is registered before its action runs',
  tombstones: 'an action that comes after its own compensation is refused',
  outbox: 'a message is published if and only if its transaction committed',
  inbox: 'a message delivered twice is handled once',
  breaker: 'a peer in trouble is not called',
  bulkhead: 'calls to one peer cannot take up all of this service',
  jitter: 'repetitions are spread over time',
  fencing: 'an owner who lost its lease cannot write',
  'last-known-good': 'callers go on with the instances they knew while the registry is away',
  'one-way-calls': 'nobody calls back who is calling him; off: shipping asks orders before it ships',
  'hardened-saga': 'an ambiguous step is repeated with its key and undone; off: the textbook loop',
} as const;
export type Protection = keyof typeof PROTECTIONS;

/** What comes with a peer, without being declared. */
export const PEER_PROTECTIONS: readonly Protection[] = ['breaker', 'jitter'];

const off = new Set<Protection>();
const listeners = new Set<(protection: Protection, on: boolean) => void>();

/** Whether a protection works in this process. */
export function protects(protection: Protection): boolean {
  return !off.has(protection);
}

export function setProtection(protection: Protection, on: boolean): void {
  if (on) off.delete(protection);
  else off.add(protection);
  for (const listener of listeners) listener(protection, on);
}

/** Makes these of the process's protections switches which the dashboard can take away and put back. */
export function declareProtections(names: Iterable<Protection>): void {
  const declared = [...new Set(names)].map((name) => ({
    name,
    about: PROTECTIONS[name],
    set: (on: boolean) => setProtection(name, on),
  }));
  if (declared.length > 0) offerProtections(declared);
}

/** Told of each setting; gives back what ends it. */
export function onProtection(listener: (protection: Protection, on: boolean) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
