import type { LoadWatch } from '../../loads.ts';
import type { Workers } from '../bullmq/workers.ts';
import type { MessageWatch } from '../passage.ts';
import { type ChannelLike, trackChannel } from './channel.ts';

interface ModelLike {
  createChannel(options?: unknown): Promise<ChannelLike>;
  createConfirmChannel(options?: unknown): Promise<ChannelLike>;
}
type Connect = (...args: unknown[]) => Promise<ModelLike>;

/**
 * Gives every channel of amqplib's promise API spans for what is sent and handled, with W3C headers in between,,
 * remembers the consumers so that they can be stopped on purpose, and shows the messages to the faults.
 */
export function instrumentAmqplib(loads: LoadWatch, workers: Workers, watch: MessageWatch): void {
  loads.add('amqplib', 'channel_api.js', (exports) => {
    const library = exports as { connect: Connect };
    const connect = library.connect;
    library.connect = async (...args) => trackModel(await connect(...args), workers, watch);
    return undefined;
  });
}

function trackModel(model: ModelLike, workers: Workers, watch: MessageWatch): ModelLike {
  for (const open of ['createChannel', 'createConfirmChannel'] as const) {
    const original = model[open].bind(model);
    model[open] = async (options) => trackChannel(await original(options), workers, watch);
  }
  return model;
}
