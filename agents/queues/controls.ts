import { CONTROL, EVENT, StormglassError } from '../contract/index.ts';
import type { ControlRegistry } from '../node/controls.ts';
import { emitEvent } from '../node/events.ts';
import type { QueueCollector } from './collector.ts';

/** Offers what the dashboard can do to a queue. */
export function registerQueueControls(registry: ControlRegistry, collector: QueueCollector): void {
  const pausing = (paused: boolean) => async (input: { queue: string }) => ({
    queue: input.queue,
    paused: await collector.setPaused(input.queue, paused),
  });
  registry.register({
    name: 'queue.pause',
    title: 'Pause a queue',
    input: CONTROL['queue.pause'].input,
    run: pausing(true),
  });
  registry.register({
    name: 'queue.resume',
    title: 'Resume a queue',
    input: CONTROL['queue.resume'].input,
    run: pausing(false),
  });
  registry.register({
    name: 'queue.redrive',
    title: 'Redrive dead letters',
    input: CONTROL['queue.redrive'].input,
    run: async ({ queue, ids, limit }) => {
      const redriven = await collector.redrive(queue, {
        ...(ids === undefined ? {} : { ids }),
        ...(limit === undefined ? {} : { limit }),
      });
      emitEvent(
        EVENT.messageRedriven,
        {
          'messaging.system': collector.system,
          'messaging.destination.name': queue,
          'messaging.batch.message_count': redriven,
        },
        { body: `${redriven} messages of ${queue} redriven` },
      );
      return { queue, redriven };
    },
  });
  registry.register({
    name: 'queue.purge',
    title: 'Purge a queue',
    input: CONTROL['queue.purge'].input,
    run: async ({ queue, confirm }) => {
      if (confirm !== queue) {
        throw new StormglassError(
          'invalid_request',
          'a purge deletes messages for good',
          `Repeat the name ${queue} in confirm.`,
        );
      }
      return { queue, purged: await collector.purge(queue) };
    },
  });
  registry.register({
    name: 'queue.dead',
    title: 'List dead letters',
    input: CONTROL['queue.dead'].input,
    run: async ({ queue, limit, offset }) => ({ queue, ...(await collector.dead(queue, limit, offset)) }),
  });
}
