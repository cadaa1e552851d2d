import type { FaultPosition } from '../../contract/index.ts';
import type { Chosen } from './armed.ts';
import type { SelectableCall } from './selects.ts';

/** The faults that hurt one outgoing call, by position. */
export type Picked = Record<FaultPosition, Chosen[]>;

/** Decides about a call to `origin`; null: it is let through. One that cannot be repeated is made once, and in time. */
export type Pick = (origin: URL, call: SelectableCall, repeatable: boolean) => Picked | null;
