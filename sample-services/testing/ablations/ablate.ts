import { expect } from 'vitest';
import type { Stage } from './stage.ts';
import type { Ablation } from './table.ts';

/**
 * Takes the protection away, does the harm that it is for, and sees that exactly the predicted invariants are violated
 * and the order is named. In the end everything is protected again and what is left of it in the books is acknowledged.
 */
export async function ablate(stage: Stage, { protection, at, provoke, breaks }: Ablation): Promise<void> {
  await stage.protect(at, protection, false);
  try {
    const orderId = await provoke(stage);
    await stage.violated(breaks);
    const { evidence } = await stage.audited.evidence(breaks[0]);
    expect([...new Set(evidence.map((row) => row.orderId))]).toEqual([orderId]);
  } finally {
    await stage.heal();
    await stage.protect(at, protection, true);
    await stage.atRest();
  }
  // What the protection would have mended may be mended now; nothing else may have come.
  expect(breaks).toEqual(expect.arrayContaining(await stage.red()));
  await stage.audited.acknowledge(null, `${protection} was taken away on purpose`);
  await stage.allRight();
}
