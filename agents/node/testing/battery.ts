import { describe, expect, test, vi } from 'vitest';
import { type FaultPosition, type FaultTarget, RECEIPT_ATTR } from '../../contract/index.ts';
import type { TestHub } from './hub.ts';
import type { OtlpSink } from './otlp-sink.ts';

const soon = { timeout: 60_000, interval: 25 };

/** Where a fault is tried: a service with its agent, its hub and the sink of its telemetry. */
export interface Stage {
  service: string;
  hub: TestHub;
  sink: OtlpSink;
}

export interface Trial {
  name: string;
  fault: { action: object; target: FaultTarget; position?: FaultPosition };
  /** Makes one more thing which the fault could hurt happen; does not wait for what becomes of it. */
  provoke(): unknown;
  /** What a client that knows nothing of faults sees of what was provoked since the last call; null: nothing yet. */
  sees(): Promise<'well' | 'hurt' | null>;
  /** False where no span stands for what is hurt. */
  receipt?: boolean;
}

/** What every fault promises, whatever it does. */
export function battery(stage: () => Stage, trials: readonly Trial[]): void {
  describe.each(trials)('$name', (trial) => {
    const specOf = (durationMs: number) => ({ ...trial.fault, durationMs });
    const arm = async (durationMs = 60_000) => {
      const { hub, service } = stage();
      const { faultId, answer } = await hub.arm(service, specOf(durationMs));
      expect(answer).toMatchObject({ ok: true });
      return faultId;
    };
    const outcome = async () => {
      trial.provoke();
      return vi.waitUntil(() => trial.sees(), soon);
    };

    test('is seen from outside, counted, told on its span, and leaves nothing behind', async () => {
      const { hub, service, sink } = stage();
      expect(await outcome()).toBe('well');
      const faultId = await arm();
      expect(await outcome()).toBe('hurt');
      const counted = () => hub.injections.find((one) => one.faultId === faultId);
      expect((await vi.waitUntil(counted, soon)).count).toBeGreaterThan(0);
      const end = await hub.release(service, faultId);
      expect(end).toMatchObject({ reverted: true, reason: 'released' });
      if (trial.receipt !== false) {
        const marked = () => sink.spans.find((span) => span.attributes[RECEIPT_ATTR.faultId] === faultId);
        await vi.waitUntil(marked, soon);
      }
      await vi.waitUntil(async () => (await outcome()) === 'well', soon);
    });

    test('lets go of what it holds when it is stopped', async () => {
      const { hub, service } = stage();
      const faultId = await arm();
      trial.provoke();
      await vi.waitUntil(() => hub.injections.some((one) => one.faultId === faultId), soon);
      const { ended } = await hub.halt(service);
      expect(ended).toEqual([expect.objectContaining({ faultId, reverted: true, reason: 'halted' })]);
      await vi.waitUntil(() => trial.sees(), soon);
      await vi.waitUntil(async () => (await outcome()) === 'well', soon);
    });

    test('is over when its time is, whatever the hub says', async () => {
      const { hub } = stage();
      const faultId = await arm(300);
      const over = { faultId, reason: 'completed', reverted: true };
      await vi.waitFor(() => expect(hub.ended).toContainEqual(expect.objectContaining(over)), soon);
      await vi.waitUntil(async () => (await outcome()) === 'well', soon);
    });
  });
}
