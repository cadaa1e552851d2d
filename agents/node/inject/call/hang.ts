import type { EffectOf } from './effect.ts';

/** Until the fault ends or the caller leaves. */
export const hang: EffectOf<'hang'> = () => ({ kind: 'wait', ms: Number.POSITIVE_INFINITY });
