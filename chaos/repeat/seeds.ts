import type { RepeatRequest } from '../contract/index.ts';

/** The seeds that are meant: those that are named, or so many from 1 on. */
export function seedsOf({ seeds }: Pick<RepeatRequest, 'seeds'>): number[] {
  return typeof seeds === 'number' ? Array.from({ length: seeds }, (_, index) => index + 1) : seeds;
}
