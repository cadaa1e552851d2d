import type { Effect, Grip, ReadBack } from './leases.ts';

/**
 * One effect, from now on until its lease ends. What stands already is taken back by `undo`, also when it cannot be
 * counted: nobody would end it any more.
 */
export async function standing(grip: Grip, undo: () => ReadBack | Promise<ReadBack>): Promise<Effect> {
  let over: (() => void) | null;
  try {
    over = grip.take();
  } catch (error) {
    await undo();
    throw error;
  }
  return {
    end: async () => {
      const back = await undo();
      over?.();
      return back;
    },
  };
}
