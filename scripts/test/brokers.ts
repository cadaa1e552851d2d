import { programPath } from '@stormglass/agents/queues/testing';
import { installDebian } from './debian.ts';

/** Debian's packages of the brokers which tests start by themselves, and the program that is to be in each. */
const PACKAGES = { 'redis-server': 'redis-server', 'rabbitmq-server': 'rabbitmq-server' };

/**
 * Makes tests with Redis and RabbitMQ possible: with the servers of this machine, else with Debian's packages when root.
 * Without a server its tests are skipped, with the reason in their names.
 */
export function ensureBrokers(progress: (message: string) => void): void {
  for (const [name, program] of Object.entries(PACKAGES)) {
    if (programPath(program) !== null) continue;
    if (installDebian(name, progress) && programPath(program) !== null) continue;
    progress(`tests with ${program} are skipped: there is none and none can be installed here`);
  }
}
