import { context, type Span } from '@opentelemetry/api';
import { failSpan, startProcess, startSend } from '../../messages.ts';
import type { Workers } from '../bullmq/workers.ts';
import type { MessageWatch } from '../passage.ts';
import { AmqpConsumer } from './consumer.ts';
import { handlingOf, type Instead, sendingOf } from './passages.ts';

/** As much of a message and a channel of amqplib as the agent touches. */
export interface MessageLike {
  fields: { deliveryTag: number };
  content: Buffer;
  properties: { messageId?: string; correlationId?: string; headers?: Record<string, unknown> };
}
type OnMessage = (message: MessageLike | null) => unknown;
export interface PublishOptions {
  messageId?: string;
  correlationId?: string;
  headers?: Record<string, unknown>;
}
export type OnConfirm = (error: unknown, ok: unknown) => void;

export interface ChannelLike {
  publish(
    exchange: string,
    key: string,
    content: Buffer,
    options?: PublishOptions,
    onConfirm?: OnConfirm,
  ): boolean;
  consume(queue: string, onMessage: OnMessage, options?: ConsumeOptions): Promise<{ consumerTag: string }>;
  cancel(consumerTag: string): Promise<unknown>;
  ack(message: MessageLike, allUpTo?: boolean): void;
  nack(message: MessageLike, allUpTo?: boolean, requeue?: boolean): void;
  reject(message: MessageLike, requeue?: boolean): void;
  ackAll(): void;
  /** On a channel with confirms. */
  waitForConfirms?(): Promise<unknown>;
  nackAll(requeue?: boolean): void;
  on(event: 'close', listener: () => void): unknown;
}
export interface ConsumeOptions {
  consumerTag?: string;
  noAck?: boolean;
}

const SYSTEM = 'rabbitmq';

export function trackChannel(channel: ChannelLike, workers: Workers, watch: MessageWatch): ChannelLike {
  trackSends(channel, watch);
  const unsettled = trackSettling(channel);
  trackDeliveries(channel, unsettled, workers, watch);
  return channel;
}

/** The span of a send lasts until the broker has confirmed it, on a channel with confirms. */
function trackSends(channel: ChannelLike, watch: MessageWatch): void {
  const publish = channel.publish.bind(channel);
  const held = holdConfirms(channel);
  channel.publish = (exchange, key, content, options = {}, onConfirm) => {
    const headers = { ...options.headers };
    const info = {
      system: SYSTEM,
      destination: exchange || key,
      id: options.messageId,
      conversationId: options.correlationId,
      ...(exchange ? { attributes: { 'messaging.rabbitmq.destination.routing_key': key } } : {}),
    };
    const span = startSend(info, headers);
    const confirmed: OnConfirm | undefined =
      onConfirm &&
      ((error, ok) => {
        if (error) failSpan(span, error);
        span.end();
        onConfirm(error, ok);
      });
    watch.knows('producer', info.destination);
    if (watch.hurts('producer', info.destination)) {
      const message = sendingOf(publish, [exchange, key, content, { ...options, headers }], confirmed);
      const sent = watch.sending(info.destination, span, message).catch((error: unknown) => {
        failSpan(span, error);
        confirmed?.(error, undefined);
      });
      held(sent.finally(() => confirmed ?? span.end()));
      return true;
    }
    try {
      return publish(exchange, key, content, { ...options, headers }, confirmed);
    } catch (error) {
      failSpan(span, error);
      throw error;
    } finally {
      if (!confirmed) span.end();
    }
  };
}

/** Who waits for all confirms waits for what a fault still holds as well. Given each message that is held. */
function holdConfirms(channel: ChannelLike): (sent: Promise<void>) => void {
  const held = new Set<Promise<void>>();
  const wait = channel.waitForConfirms?.bind(channel);
  if (wait) channel.waitForConfirms = () => (held.size === 0 ? wait() : Promise.all(held).then(wait));
  return (sent) => {
    held.add(sent);
    sent.finally(() => held.delete(sent));
  };
}

/** Messages which are not settled yet, by delivery tag: their spans, and what a fault does in place of settling. */
interface Unsettled {
  spans: Map<number, Span>;
  instead: Instead;
}

function trackSettling(channel: ChannelLike): Unsettled {
  const open = new Map<number, Span>();
  const instead: Instead = new Map();
  const end = (upTo: number, all: boolean) => {
    for (const [tag, span] of open) {
      if (tag !== upTo && !(all && tag <= upTo)) continue;
      open.delete(tag);
      instead.delete(tag);
      span.end();
    }
  };
  const [ack, nack, reject] = [
    channel.ack.bind(channel),
    channel.nack.bind(channel),
    channel.reject.bind(channel),
  ];
  const [ackAll, nackAll] = [channel.ackAll.bind(channel), channel.nackAll.bind(channel)];
  const everything = Number.POSITIVE_INFINITY;
  Object.assign(channel, {
    ack: (message, allUpTo = false) => {
      const other = instead.get(message.fields.deliveryTag);
      if (other) {
        instead.delete(message.fields.deliveryTag);
        return other();
      }
      end(message.fields.deliveryTag, allUpTo);
      ack(message, allUpTo);
    },
    nack: (message, allUpTo = false, requeue) => {
      end(message.fields.deliveryTag, allUpTo);
      nack(message, allUpTo, requeue);
    },
    reject: (message, requeue) => {
      end(message.fields.deliveryTag, false);
      reject(message, requeue);
    },
    ackAll: () => {
      end(everything, true);
      ackAll();
    },
    nackAll: (requeue) => {
      end(everything, true);
      nackAll(requeue);
    },
  } satisfies Partial<ChannelLike>);
  channel.on('close', () => {
    for (const span of open.values()) failSpan(span, 'the channel closed before the message was settled');
    end(everything, true);
    instead.clear();
  });
  return { spans: open, instead };
}

function trackDeliveries(
  channel: ChannelLike,
  { spans, instead }: Unsettled,
  workers: Workers,
  watch: MessageWatch,
): void {
  const consumers = new Map<string, AmqpConsumer>();
  const cancel = channel.cancel.bind(channel);
  const consume = channel.consume.bind(channel);
  channel.consume = async (queue, onMessage, options) => {
    const traced: OnMessage = (message) => {
      if (message === null) return onMessage(null);
      const { messageId, correlationId, headers = {} } = message.properties;
      const info = { system: SYSTEM, destination: queue, id: messageId, conversationId: correlationId };
      const { span, within } = startProcess(info, headers);
      const noAck = options?.noAck === true;
      if (noAck) span.end();
      else spans.set(message.fields.deliveryTag, span);
      const handle = (as: MessageLike) => context.with(within, onMessage, undefined, as);
      if (!watch.hurts('consumer', queue)) return handle(message);
      return watch.handling(queue, span, handlingOf(message, handle, channel, { instead, noAck }));
    };
    const ok = await consume(queue, traced, options);
    const again = () => consume(queue, traced, { ...options, consumerTag: ok.consumerTag });
    const consumer = new AmqpConsumer(queue, () => cancel(ok.consumerTag), again);
    consumers.set(ok.consumerTag, consumer);
    workers.add(consumer);
    watch.knows('consumer', queue);
    return ok;
  };
  channel.cancel = (tag) => {
    consumers.get(tag)?.closed();
    consumers.delete(tag);
    return cancel(tag);
  };
  channel.on('close', () => {
    for (const consumer of consumers.values()) consumer.closed();
    consumers.clear();
  });
}
