import { afterAll, afterEach, beforeAll, describe, vi } from 'vitest';
import { Bench, type EngineProcess, type EngineUnderTest } from './bench.ts';
import { describeCalls } from './calls.ts';
import { describeCrashes } from './crashes.ts';
import { describeSignals } from './signals.ts';
import { describeStuckSteps } from './stuck-steps.ts';

/**
 * What every saga engine promises, tried on real processes against peers that write down what really happened to them.
 * It knows the port and those witnesses, and nothing of how an engine keeps its book.
 */
export function describeSagaEngine(name: string, under: EngineUnderTest): void {
  describe(`saga engine ${name}`, () => {
    let bench: Bench;
    let engine: EngineProcess;
    // Nothing here is about speed: a machine that is busy with other things gets its time.
    vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });
    beforeAll(async () => {
      bench = await Bench.start(under);
      engine = bench.process('orders-1');
      await engine.start();
    });
    afterEach(() => bench.heal());
    afterAll(() => bench.close());

    describeCalls(
      () => bench,
      () => engine,
    );
    describeSignals(
      () => bench,
      () => engine,
    );
    describeStuckSteps(
      () => bench,
      () => engine,
    );
    describeCrashes(
      () => bench,
      () => engine,
    );
  });
}
