import { context, type Span } from '@opentelemetry/api';
import { failSpan, startProcess, startSend } from '../../messages.ts';
import type { Workers } from '../bullmq/workers.ts';
import { AmqpConsumer } from './consumer.ts';

/** As much of a message and a channel of amqplib as the agent touches. */
export interface MessageLike {
  fields: { deliveryTag: number };
  properties: { messageId?: string; correlationId?: string; headers?: Record<string, unknown> };
}
type OnMessage = (message: MessageLike | null) => unknown;
interface PublishOptions {
  messageId?: string;
  correlationId?: string;
  headers?: Record<string, unknown>;
}
type OnConfirm = (error: unknown, ok: unknown) => void;

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
  nackAll(requeue?: boolean): void;
  on(event: 'close', listener: () => void): unknown;
}
export interface ConsumeOptions {
  consumerTag?: string;
  noAck?: boolean;
}

const SYSTEM = 'rabbitmq';

export function trackChannel(channel: ChannelLike, workers: Workers): ChannelLike {
  trackSends(channel);
  const open = trackSettling(channel);
  trackDeliveries(channel, open, workers);
  return channel;
}

/** The span of a send lasts until the broker has confirmed it, on a channel with confirms. */
function trackSends(channel: ChannelLike): void {
  const publish = channel.publish.bind(channel);
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

/** The spans of messages which are not settled yet, by delivery tag. */
function trackSettling(channel: ChannelLike): Map<number, Span> {
  const open = new Map<number, Span>();
  const end = (upTo: number, all: boolean) => {
    for (const [tag, span] of open) {
      if (tag !== upTo && !(all && tag <= upTo)) continue;
      open.delete(tag);
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
  });
  return open;
}

function trackDeliveries(channel: ChannelLike, open: Map<number, Span>, workers: Workers): void {
  const consumers = new Map<string, AmqpConsumer>();
  const cancel = channel.cancel.bind(channel);
  const consume = channel.consume.bind(channel);
  channel.consume = async (queue, onMessage, options) => {
    const traced: OnMessage = (message) => {
      if (message === null) return onMessage(null);
      const { messageId, correlationId, headers = {} } = message.properties;
      const info = { system: SYSTEM, destination: queue, id: messageId, conversationId: correlationId };
      const { span, within } = startProcess(info, headers);
      if (options?.noAck) span.end();
      else open.set(message.fields.deliveryTag, span);
      return context.with(within, onMessage, undefined, message);
    };
    const ok = await consume(queue, traced, options);
    const again = () => consume(queue, traced, { ...options, consumerTag: ok.consumerTag });
    const consumer = new AmqpConsumer(queue, () => cancel(ok.consumerTag), again);
    consumers.set(ok.consumerTag, consumer);
    workers.add(consumer);
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
