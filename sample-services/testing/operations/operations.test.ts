import { openCollector } from '@stormglass/agents/queues';
import { pino } from 'pino';
import { afterAll, beforeAll } from 'vitest';
import { openBroker } from '../../kit/broker/open.ts';
import {
  noRabbitMq,
  noRedis,
  type RabbitMqServer,
  type TestServer,
  testRabbitMq,
  testRedis,
} from '../brokers.ts';
import { startTestPostgres, type TestPostgres } from '../postgres.ts';
import { describeOperations, type OperatedBroker } from './contract.ts';

const log = pino({ level: 'silent' });
let postgres: TestPostgres;
let redis: TestServer | null = null;
let rabbit: RabbitMqServer | null = null;
let postgresUrl: string;
beforeAll(async () => {
  postgres = await startTestPostgres();
  postgresUrl = await postgres.database('broker');
  if (noRedis === null) redis = await testRedis();
  if (noRabbitMq === null) rabbit = await testRabbitMq();
  await Promise.all([redis?.start(), rabbit?.server.start()]);
});
afterAll(() => Promise.all([postgres.stop(), redis?.stop(), rabbit?.server.stop()]));

const operated = (url: string, management: string | null = null): OperatedBroker => ({
  broker: () => openBroker({ url, log }),
  collector: (queues) => openCollector({ url, queues, management, onError: () => undefined }),
});

describeOperations({
  name: 'BullMQ on PostgreSQL',
  tellsInFlight: true,
  redrivesById: true,
  under: () => operated(postgresUrl),
});

describeOperations({
  name: 'BullMQ on Redis',
  tellsInFlight: true,
  redrivesById: true,
  skip: noRedis,
  under: () => operated(redis?.url ?? ''),
});

describeOperations({
  name: 'RabbitMQ',
  tellsInFlight: true,
  redrivesById: true,
  skip: noRabbitMq,
  under: () => operated(rabbit?.server.url ?? '', rabbit?.managementUrl ?? null),
});

/** A Kafka that somebody started by hand. */
const { KAFKA_TEST_URL: kafkaUrl = '' } = process.env;
describeOperations({
  name: 'Kafka',
  tellsInFlight: false,
  redrivesById: false,
  skip: kafkaUrl === '' ? 'skipped: no Kafka can be installed here, set KAFKA_TEST_URL' : null,
  under: () => operated(kafkaUrl),
});
