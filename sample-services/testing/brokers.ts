/** Real brokers for the shop's tests. */
export {
  noRabbitMq,
  noRedis,
  type RabbitMqServer,
  type TestServer,
  testRabbitMq,
  testRedis,
} from '@stormglass/agents/queues/testing';
