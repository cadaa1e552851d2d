import type { ShopErrorCode } from '../errors.ts';
import { NoToken } from './authorization.ts';
import { BulkheadFull } from './bulkhead.ts';

/**
 * What a caller knows after a call. The difference that matters for money: `notSent` had no effect for certain,
 * `rejected` was refused by the business for certain (a 4xx with one of its codes), `ambiguous` may or may not have
 * happened.
 */
export type PeerOutcome<T> =
  | { kind: 'ok'; status: number; body: T; stale: false }
  /** Not an answer of now: the last good one, `ageMs` old. Only where the caller allowed it. */
  | { kind: 'ok'; status: number; body: T; stale: true; ageMs: number }
  | { kind: 'rejected'; status: number; code: ShopErrorCode; message: string }
  | { kind: 'ambiguous'; reason: AmbiguousReason; message: string }
  | { kind: 'notSent'; reason: NotSentReason; message: string };

/**
 * `in_progress`: an earlier call with the same key still runs over there. `unreadable`: the answer has no shape of ours, so
 * somebody between us and the peer may have given it.
 */
export type AmbiguousReason = 'timeout' | 'reset' | 'server_error' | 'in_progress' | 'unreadable';
/** `no_instance`: nobody offers this service now. `unauthorized`: we could not get a token for it. */
export type NotSentReason =
  | 'breaker_open'
  | 'refused'
  | 'bulkhead_full'
  | 'overloaded'
  | 'no_instance'
  | 'unauthorized';

/** An answer of 5xx: a failure for the breaker, ambiguous for the caller. */
export class ServerFailure extends Error {
  readonly status: number;
  constructor(peer: string, status: number, message: string) {
    super(`${peer} answered ${status}: ${message}`);
    this.name = 'ServerFailure';
    this.status = status;
  }
}

/** Nobody offers the service now. */
export class NoInstance extends Error {
  constructor(peer: string) {
    super(`no instance of ${peer} is known`);
    this.name = 'NoInstance';
  }
}

const REFUSED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);
const SHUT = new Set(['EOPENBREAKER', 'ESHUTDOWN', 'ESEMLOCKED']);

/** Sorts what a failed call threw. Anything unknown is ambiguous: the safe reading. */
export function failureOutcome(error: unknown): PeerOutcome<never> {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof ServerFailure) return { kind: 'ambiguous', reason: 'server_error', message };
  if (error instanceof BulkheadFull) return { kind: 'notSent', reason: 'bulkhead_full', message };
  if (error instanceof NoToken) return { kind: 'notSent', reason: 'unauthorized', message };
  if (error instanceof NoInstance) return { kind: 'notSent', reason: 'no_instance', message };
  const code = errorCode(error);
  if (SHUT.has(code)) return { kind: 'notSent', reason: 'breaker_open', message };
  if (REFUSED.has(code) || isConnectTimeout(error)) return { kind: 'notSent', reason: 'refused', message };
  if (code === 'ETIMEDOUT' || /Timeout|Abort/.test(error instanceof Error ? error.name : '')) {
    return { kind: 'ambiguous', reason: 'timeout', message };
  }
  return { kind: 'ambiguous', reason: 'reset', message: message || code };
}

function errorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

function isConnectTimeout(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'syscall' in error && error.syscall === 'connect';
}
