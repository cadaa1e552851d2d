import type { Handlers, Parts } from './handler.ts';
import { param } from './handler.ts';

export function chaosRoutes(
  p: Parts,
): Pick<Handlers, 'faults' | 'armFault' | 'releaseFault' | 'issueScope' | 'haltState' | 'halt' | 'unhalt'> {
  return {
    faults: () => ({ faults: p.faults.list() }),
    armFault: async ({ input, who }) => {
      if (input.dry) return { fault: null, targets: p.faults.resolve(input.spec) };
      return p.faults.arm(input.spec, { owner: who });
    },
    releaseFault: (call) => p.faults.release(param(call, 'id'), call.who),
    issueScope: ({ input, who }) => p.scopes.issue(input, who),
    haltState: () => p.halt.state,
    halt: ({ input, who }) => p.halt.halt(input.reason, who),
    unhalt: ({ who }) => p.halt.allow(who),
  };
}
