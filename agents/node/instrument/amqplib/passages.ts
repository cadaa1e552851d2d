import type { Handling, Sending } from '../passage.ts';
import type { ChannelLike, MessageLike, OnConfirm, PublishOptions } from './channel.ts';

/** No decoder takes it. */
const POISON = Buffer.from([0x00, 0xff, 0xfe, 0x00]);

type Publish = ChannelLike['publish'];

/** A message that is about to be published. `confirmed` is told when the broker has it, where the channel has confirms. */
export function sendingOf(
  publish: Publish,
  [exchange, key, content, options]: [string, string, Buffer, PublishOptions],
  confirmed: OnConfirm | undefined,
): Sending<void> {
  // What goes beside the message itself is confirmed to nobody.
  const unheard: OnConfirm | undefined = confirmed && (() => undefined);
  return {
    pass: async () => void publish(exchange, key, content, options, confirmed),
    again: async () => void publish(exchange, key, content, options, unheard),
    copy: async (n) => {
      const own = options.messageId === undefined ? {} : { messageId: `${options.messageId}-copy-${n}` };
      publish(exchange, key, content, { ...options, ...own }, unheard);
    },
    swallow: async () => confirmed?.(null, undefined),
    poisoned: async () => void publish(exchange, key, POISON, options, confirmed),
  };
}

/** What is done in place of the next acknowledgement of a delivery, by its tag. */
export type Instead = Map<number, () => void>;

/** A message that was delivered. `handle` calls the application, which acknowledges when it likes. */
export function handlingOf(
  message: MessageLike,
  handle: (message: MessageLike) => unknown,
  channel: Pick<ChannelLike, 'ack' | 'nack'>,
  { instead, noAck }: { instead: Instead; noAck: boolean },
): Handling<unknown> {
  const tag = message.fields.deliveryTag;
  const repeat = async (left: number): Promise<unknown> => {
    if (left > 0 && noAck) await handle(message);
    // The broker hears of a delivery once only, so all acknowledgements but the last are kept from it.
    else if (left > 0) instead.set(tag, () => void repeat(left - 1));
    return handle(message);
  };
  return {
    pass: async () => handle(message),
    swallow: async () => {
      if (!noAck) channel.ack(message);
    },
    poisoned: async () => handle({ ...message, content: POISON }),
    repeated: (count) => repeat(count),
    unacknowledged: async () => {
      // To the application it is acknowledged; the broker is made to deliver it again, as it does when a channel breaks.
      if (!noAck) instead.set(tag, () => channel.nack(message, false, true));
      return handle(message);
    },
  };
}
