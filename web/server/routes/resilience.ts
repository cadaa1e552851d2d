import type { Handlers, Parts } from './handler.ts';
import { param } from './handler.ts';

type Names = 'protections' | 'setProtection' | 'resilience' | 'setResilience';

export function resilienceRoutes(p: Parts): Pick<Handlers, Names> {
  return {
    protections: () => ({
      protections: p.hub
        .connected()
        .flatMap(({ service, instance, protections }) =>
          protections.map((protection) => ({ service, instance, ...protection })),
        ),
    }),
    setProtection: async (call) => {
      // To take one away is to hurt the service; to put it back is always allowed.
      if (!call.input.on) p.halt.refuseWhenHalted();
      const input = { ...call.input, name: param(call, 'name') };
      const answers = await p.controls.knownOnAll('switch.set', param(call, 'service'), input, call.who);
      return { answers: answers.map(({ instance, result }) => ({ instance, ...result })) };
    },
    resilience: async (call) => {
      const answers = await p.controls.knownOnAll('resilience.get', param(call, 'service'), {}, call.who);
      return { instances: answers.map(({ instance, result }) => ({ instance, ...result })) };
    },
    setResilience: async (call) => {
      const service = param(call, 'service');
      const answers = await p.controls.knownOnAll('resilience.set', service, call.input, call.who);
      return { instances: answers.map(({ instance, result }) => ({ instance, ...result })) };
    },
  };
}
