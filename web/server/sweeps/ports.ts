import { TraceSearch } from '@stormglass/agents/contract';
import type { SweepPorts } from '@stormglass/chaos/sweep';
import type { Faults } from '../faults/faults.ts';
import { sleep, type Time } from '../time.ts';
import type { Telemetry } from '../window/telemetry.ts';

/** Sagas of one cell: more begin in a minute only under a load that needs none of them to be judged. */
const MOST_SAGAS = 500;

interface Parts {
  faults: Faults;
  telemetry: Pick<Telemetry, 'journeys' | 'sagas' | 'invariants' | 'searchTraces'>;
  time: Time;
}

/** What a sweep may do to the world, in terms of this dashboard. Its faults are leases of `owner`. */
export function sweepPorts({ faults, telemetry, time }: Parts, owner: string): SweepPorts {
  return {
    arm: async (spec) => ({ faultId: (await faults.arm(spec, { owner })).fault.faultId }),
    release: async (faultId) => {
      const { fault } = await faults.release(faultId, owner);
      const { reverted, readBack, injections } = fault;
      return { reverted: reverted ?? false, readBack: readBack ?? '', injections };
    },
    journeys: (range, signal) => telemetry.journeys(range, signal),
    sagas: (range, signal) => telemetry.sagas({ ...range, limit: MOST_SAGAS }, signal),
    invariants: (range, signal) => telemetry.invariants(range, signal),
    touched: async (faultId, range, signal) => {
      const search = TraceSearch.parse({ ...range, faultId, limit: 1 });
      return (await telemetry.searchTraces(search, signal)).traces[0]?.traceId ?? null;
    },
    clock: { now: () => time.now(), sleep: (ms, signal) => sleep(time, ms, signal) },
  };
}
