import type { FaultInterval } from '@stormglass/agents/contract';
import type { FaultEnd, RunPorts } from '@stormglass/chaos/engine';
import type { Faults } from '../faults/faults.ts';
import type { Controls } from '../hub/controls.ts';
import type { TimelineWindow } from '../window/window.ts';

/** What a run may do to the world, in terms of this dashboard. */
export function runPorts(faults: Faults, window: TimelineWindow, controls: Controls): RunPorts {
  return {
    arm: async (spec, run) => {
      const { fault } = await faults.arm(spec, { owner: `run ${run.title}`, runId: run.runId });
      return { faultId: fault.faultId };
    },
    release: async (faultId) => toEnd((await faults.release(faultId, 'run')).fault),
    faultEnded: async (faultId, signal) => toEnd(await faults.whenEnded(faultId, signal)),
    timeline: (from, to) => window.slice(from, to),
    control: (service, name, input) => controls.invoke(service, name, input, 'run'),
  };
}

function toEnd(fault: FaultInterval): FaultEnd {
  return {
    reverted: fault.reverted ?? false,
    readBack: fault.readBack ?? '',
    ...(fault.endedAt === null ? {} : { endedAt: fault.endedAt }),
    ...(fault.endReason === null ? {} : { reason: fault.endReason }),
  };
}
