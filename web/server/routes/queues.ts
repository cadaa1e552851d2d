import { type CONTROL, StormglassError } from '@stormglass/agents/contract';
import { QueueScale } from '../hub/queue-scale.ts';
import type { Handlers, Parts } from './handler.ts';
import { param } from './handler.ts';

const ACTIONS = ['pause', 'resume', 'redrive', 'purge'] as const;
type Action = (typeof ACTIONS)[number];
type Names = 'queues' | 'queueConsumers' | 'scaleQueue' | 'queueAction' | 'deadLetters';

export function queueRoutes(p: Parts): Pick<Handlers, Names> {
  const scale = new QueueScale(p.controls, () => p.window.newestQueues().map(({ queue }) => queue));
  const offered = () =>
    [...ACTIONS, 'scale', 'dead'].filter((action) => p.controls.offering(`queue.${action}`).length > 0);
  return {
    queues: () => {
      const actions = offered();
      const queues = p.window.newestQueues().map((sample) => ({
        queue: sample.queue,
        system: sample.system,
        sample,
        actions,
      }));
      return { queues };
    },
    queueConsumers: async (call) => {
      const queue = param(call, 'queue');
      return { queue, consumers: await scale.consumers(queue, call.who) };
    },
    scaleQueue: async (call) => {
      const queue = param(call, 'queue');
      return { queue, ...(await scale.set(queue, call.input.concurrency, call.who)) };
    },
    queueAction: async (call) => {
      const queue = param(call, 'queue');
      const action = toAction(param(call, 'action'));
      if (action === 'purge' && call.input.confirm !== queue) {
        throw new StormglassError(
          'invalid_request',
          'a purge deletes every message and wants the name of the queue in `confirm`',
          `Send {"confirm": ${JSON.stringify(queue)}}.`,
        );
      }
      const name = `queue.${action}` as const satisfies keyof typeof CONTROL;
      const { result } = await p.controls.known(name, { ...call.input, queue }, call.who);
      return { queue, action, result };
    },
    deadLetters: async (call) => {
      const queue = param(call, 'queue');
      const { result } = await p.controls.known('queue.dead', { ...call.input, queue }, call.who);
      return { queue, total: result.total, letters: result.letters };
    },
  };
}

function toAction(name: string): Action {
  const action = ACTIONS.find((known) => known === name);
  if (action) return action;
  throw new StormglassError(
    'not_found',
    `a queue has no action ${name.slice(0, 50)}`,
    `Use ${ACTIONS.join(', ')}.`,
  );
}
