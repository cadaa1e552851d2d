import { type FaultInterval, MAX_FAULT_MS, StormglassError } from '@stormglass/agents/contract';
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
    observed: (listener) =>
      window.listen((added) => {
        if (added.traffic !== undefined) listener();
      }),
    control: (service, name, input) => controls.invoke(service, name, input, 'run'),
    protect: async (service, name, on) => {
      const input = { name, on, ...(on ? {} : { forMs: MAX_FAULT_MS }) };
      const answers = await controls.knownOnAll('switch.set', service, input, 'run');
      const wrong = answers.find(({ result }) => result.on !== on);
      if (wrong !== undefined) {
        const message = `${wrong.instance} says that ${name} is ${wrong.result.on ? 'on' : 'off'}`;
        throw new StormglassError('internal', message, 'See the page Agents.');
      }
      return `${name} is ${on ? 'on' : 'off'} in ${answers.map(({ instance }) => instance).join(', ')}`;
    },
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
