import type { FaultAction } from '../../../contract/index.ts';
import type { ReadBack } from '../../leases.ts';

/** Calls a control of this process; throws when it refuses. */
export type Ask = (name: string, input: unknown) => Promise<unknown>;

/** Takes back what was done, and reads from the service that it is so. */
export type Undo = () => Promise<ReadBack>;

/** How a fault is made of controls which the service itself offers. */
export interface ControlPlan {
  /** The fault is offered where all of these are. */
  needs: readonly string[];
  /** Gives what takes it back. What it did before it failed is taken back by itself. */
  apply(action: FaultAction, ask: Ask): Promise<Undo>;
  /** What it does cannot be taken back: it is not begun before it has been counted. */
  stays?: true;
}
