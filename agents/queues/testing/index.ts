/** Real brokers for tests, each in a temporary folder and on free ports. */

export { programPath } from './programs.ts';
export { noRabbitMq, type RabbitMqServer, testRabbitMq } from './rabbitmq.ts';
export { noRedis, testRedis } from './redis.ts';
export type { TestServer } from './server.ts';
