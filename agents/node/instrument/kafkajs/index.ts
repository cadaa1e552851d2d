import { trace } from '@opentelemetry/api';
import type { LoadWatch } from '../../loads.ts';
import type { Handling, MessageWatch, Sending } from '../passage.ts';

/** As much of kafkajs as the agent touches. */
interface MessageLike {
  value: unknown;
}
interface RecordLike {
  topic: string;
  messages: MessageLike[];
}
interface ProducerLike {
  send(record: RecordLike): Promise<unknown>;
}
interface PayloadLike {
  topic: string;
  message: MessageLike;
}
type EachMessage = (payload: PayloadLike) => Promise<void>;
interface ConsumerLike {
  run(config?: { eachMessage?: EachMessage }): Promise<void>;
}
interface KafkaLike {
  producer(...args: unknown[]): ProducerLike;
  consumer(...args: unknown[]): ConsumerLike;
}

/** No decoder takes it. */
const POISON = Buffer.from([0x00, 0xff, 0xfe, 0x00]);

/**
 * Shows the messages of kafkajs to the faults: what one `send` carries as one message, and each that `eachMessage` gets.
 * Batches (`sendBatch`, `eachBatch`) are not shown. Spans are their sender's own; the active one is marked.
 */
export function instrumentKafkajs(loads: LoadWatch, watch: MessageWatch): void {
  loads.add('kafkajs', 'index.js', (exports) => {
    watchKafka((exports as { Kafka: { prototype: KafkaLike } }).Kafka.prototype, watch);
    return undefined;
  });
}

export function watchKafka(kafka: KafkaLike, watch: MessageWatch): void {
  const { producer, consumer } = kafka;
  kafka.producer = function (this: KafkaLike, ...args) {
    return watchProducer(producer.apply(this, args), watch);
  };
  kafka.consumer = function (this: KafkaLike, ...args) {
    return watchConsumer(consumer.apply(this, args), watch);
  };
}

function watchProducer(producer: ProducerLike, watch: MessageWatch): ProducerLike {
  const original = producer.send.bind(producer);
  producer.send = (record) => {
    const { topic } = record;
    watch.knows('producer', topic);
    if (!watch.hurts('producer', topic)) return original(record);
    const poisoned = { ...record, messages: record.messages.map((one) => ({ ...one, value: POISON })) };
    const message: Sending<unknown> = {
      pass: () => original(record),
      again: () => original(record),
      copy: () => original(record),
      swallow: async () => [{ topicName: topic, partition: 0, errorCode: 0 }],
      poisoned: () => original(poisoned),
    };
    return watch.sending(topic, trace.getActiveSpan(), message);
  };
  return producer;
}

function watchConsumer(consumer: ConsumerLike, watch: MessageWatch): ConsumerLike {
  const original = consumer.run.bind(consumer);
  consumer.run = (config = {}) => {
    const { eachMessage } = config;
    if (eachMessage === undefined) return original(config);
    return original({ ...config, eachMessage: (payload) => handled(payload, eachMessage, watch) });
  };
  return consumer;
}

function handled(payload: PayloadLike, handle: EachMessage, watch: MessageWatch): Promise<void> {
  const { topic } = payload;
  watch.knows('consumer', topic);
  if (!watch.hurts('consumer', topic)) return handle(payload);
  const message: Handling<void> = {
    pass: () => handle(payload),
    swallow: async () => undefined,
    poisoned: () => handle({ ...payload, message: { ...payload.message, value: POISON } }),
    repeated: async (count) => {
      for (let n = 0; n <= count; n++) await handle(payload);
    },
    unacknowledged: async () => {
      await handle(payload);
      // Its offset is not committed, so that it is fetched again.
      throw new Error('acknowledgement lost: injected by stormglass');
    },
  };
  return watch.handling(topic, trace.getActiveSpan(), message);
}
