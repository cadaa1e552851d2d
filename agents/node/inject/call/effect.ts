import type { CallAction } from '../../../contract/index.ts';

/** What a fault does to one call. Each seam knows how, wherever it means something there. */
export type CallEffect =
  /** Without end when `ms` is infinite. */
  | { kind: 'wait'; ms: number }
  | { kind: 'answer'; status: number; headers: Readonly<Record<string, string>>; body: string }
  | { kind: 'throw'; error: Error }
  | { kind: 'reset' }
  /** The body goes through it, chunk by chunk, while the fault lasts. */
  | { kind: 'flow'; through: Flow }
  /** The whole body becomes another; null: it does not apply to this one. */
  | { kind: 'rewrite'; rewrite: (body: Buffer) => Buffer | null };

/** `strike` is called before the first effect; when it says false, the fault is over and everything passes. */
export type Flow = (
  body: AsyncIterable<Uint8Array>,
  over: AbortSignal,
  strike: () => boolean,
) => AsyncGenerator<Uint8Array>;

/** One type of fault; `drawn` in [0, 1) is this call's share of chance. */
export type EffectOf<Type extends CallAction['type']> = (
  action: Extract<CallAction, { type: Type }>,
  drawn: number,
) => CallEffect;

/** What a flow throws to end the connection in the middle of a body. */
export class CutShort extends Error {
  readonly code = 'ECONNRESET';
}
