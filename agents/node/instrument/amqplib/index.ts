import type { LoadWatch } from '../../loads.ts';
import type { Workers } from '../bullmq/workers.ts';
import { type ChannelLike, trackChannel } from './channel.ts';

interface ModelLike {
  createChannel(options?: unknown): Promise<ChannelLike>;
  createConfirmChannel(options?: unknown): Promise<ChannelLike>;
}
type Connect = (...args: unknown[]) => Promise<ModelLike>;

/**
 * Gives every channel of amqplib's promise API spans for what is sent and handled, with W3C headers in between, and
 * remembers the consumers so that they can be stopped on purpose.
 */
export function instrumentAmqplib(loads: LoadWatch, workers: Workers): void {
  loads.add('amqplib', 'channel_api.js', (exports) => {
    const library = exports as { connect: Connect };
    const connect = library.connect;
    library.connect = async (...args) => trackModel(await connect(...args), workers);
    return undefined;
  });
}

function trackModel(model: ModelLike, workers: Workers): ModelLike {
  for (const open of ['createChannel', 'createConfirmChannel'] as const) {
    const original = model[open].bind(model);
    model[open] = async (options) => trackChannel(await original(options), workers);
  }
  return model;
}
