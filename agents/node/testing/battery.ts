import { describe, expect, test, vi } from 'vitest';
import { type FaultPosition, type FaultTarget, type FaultType, RECEIPT_ATTR } from '../../contract/index.ts';
import type { TestHub } from './hub.ts';
import type { OtlpSink } from './otlp-sink.ts';
import type { Excuses, Ledger } from './promises.ts';
import { SABOTEUR } from './saboteur.ts';

const soon = { timeout: 60_000, interval: 25 };
/** Each test waits for several conditions. */
const LIMIT = { timeout: 180_000 };

/** Where a fault is tried: by an agent that the saboteur is with, its hub and the sink of the spans, where there are any. */
export interface Stage {
  /** By which the hub knows the agent that injects. */
  service: string;
  hub: TestHub;
  sink?: OtlpSink;
}

export interface Trial {
  name: string;
  fault: {
    action: { type: FaultType; [parameter: string]: unknown };
    target: FaultTarget;
    position?: FaultPosition;
    selector?: object;
  };
  /** Makes one more thing which the fault could hurt happen; does not wait for what becomes of it. */
  provoke(): unknown;
  /** What a client that knows nothing of faults sees of what was provoked since the last call; null: nothing yet. */
  sees(): 'well' | 'hurt' | null | Promise<'well' | 'hurt' | null>;
  /** Promises that do not apply to it, each with the reason. */
  without?: Excuses;
}

/** Tries every promise on every trial, and enters into `proofs` what it has seen. */
export function battery(stage: () => Stage, trials: readonly Trial[], proofs: Ledger): void {
  describe.each(trials)('$name', (trial) => {
    const { type } = trial.fault.action;
    proofs.excuse(type, trial.without ?? {});
    const bench = benchOf(stage, trial);
    const { arm, becomes } = bench;

    test('is seen from outside, counted, told on its span, and leaves nothing behind', LIMIT, async () => {
      const { hub, service } = stage();
      await becomes('well');
      const faultId = await arm();
      await becomes('hurt');
      proofs.prove(type, 'seen');
      const counted = () => hub.injections.find((one) => one.faultId === faultId);
      expect((await vi.waitUntil(counted, soon)).count).toBeGreaterThan(0);
      proofs.prove(type, 'counted');
      const end = await hub.release(service, faultId);
      expect(end).toMatchObject({ reverted: true, reason: 'released' });
      if (trial.without?.receipt === undefined) {
        const marked = () =>
          stage().sink?.spans.find((span) => span.attributes[RECEIPT_ATTR.faultId] === faultId);
        await vi.waitUntil(marked, soon);
        proofs.prove(type, 'receipt');
      }
      await becomes('well');
      proofs.prove(type, 'residue');
    });

    test('lets go of what it holds when it is stopped', LIMIT, async () => {
      const { hub, service } = stage();
      const faultId = await arm();
      trial.provoke();
      await vi.waitUntil(() => hub.injections.some((one) => one.faultId === faultId), soon);
      const { ended } = await hub.halt(service);
      expect(ended).toEqual([expect.objectContaining({ faultId, reverted: true, reason: 'halted' })]);
      await vi.waitUntil(() => trial.sees(), soon);
      await becomes('well');
      proofs.prove(type, 'removed');
    });

    test('is over when its time is, whatever the hub says', LIMIT, async () => {
      await bench.runsOut();
      await becomes('well');
      proofs.prove(type, 'expires');
    });

    test('lets business go on when its injector throws, and when the hub is gone', LIMIT, async () => {
      await bench.breaks();
      await becomes('well');
      const { hub, service } = stage();
      const ended = await hub.orphan(service, bench.spec);
      await becomes('well');
      await vi.waitUntil(ended, soon);
      proofs.prove(type, 'open');
    });
  });
}

function benchOf(stage: () => Stage, trial: Trial) {
  // So long that no busy machine ends it in place of the test.
  const spec = { ...trial.fault, durationMs: 600_000 };
  const arm = async () => {
    const { hub, service } = stage();
    const { faultId, answer } = await hub.arm(service, spec);
    expect(answer).toMatchObject({ ok: true });
    return faultId;
  };
  /** Things are made to happen until one of them is so. */
  const becomes = (state: 'well' | 'hurt') =>
    vi.waitUntil(async () => {
      trial.provoke();
      return (await vi.waitUntil(() => trial.sees(), soon)) === state;
    }, soon);
  const runsOut = async () => {
    const { hub, service } = stage();
    const { faultId, answer } = await hub.armBriefly(service, spec);
    expect(answer).toMatchObject({ ok: true });
    const end = expect.objectContaining({ faultId, reason: 'completed', reverted: true });
    await vi.waitFor(() => expect(hub.ended).toContainEqual(end), soon);
  };
  /** Armed or refused: its first effect throws, and what it did until then is taken back. */
  const breaks = async () => {
    const { hub, service } = stage();
    const { faultId, answer } = await hub.arm(service, spec, { owner: SABOTEUR });
    await becomes('well');
    if (answer.ok) expect(await hub.release(service, faultId)).toMatchObject({ reverted: true });
    else
      expect(answer).toMatchObject({ code: 'internal', message: expect.stringContaining('a bug of ours') });
    expect(hub.injections.filter((one) => one.faultId === faultId)).toEqual([]);
  };
  return { spec, arm, becomes, runsOut, breaks };
}
