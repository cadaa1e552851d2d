import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { freePort } from '../../host/fixtures/ports.ts';
import { programPath } from './programs.ts';
import { accepts, type ServerProcess, TestServer } from './server.ts';

const SERVER = programPath('rabbitmq-server');
const EPMD = programPath('epmd');

/** Why tests with RabbitMQ cannot run here; null when they can. */
export const noRabbitMq: string | null =
  SERVER === null || EPMD === null
    ? 'skipped: no rabbitmq-server on this machine, and none could be installed'
    : null;

export interface RabbitMqServer {
  server: TestServer;
  /** Base URL of the management API, credentials included. */
  managementUrl: string;
}

/**
 * Figures that are renewed at once: by itself RabbitMQ measures every five seconds, and keeps one sample in five (those
 * are whole seconds).
 */
const SAMPLES = ['global', 'basic', 'detailed'].map((which) => `{${which}, [{60, 1}]}`).join(', ');
const FRESH = `[{rabbit, [{quorum_tick_interval, 250}]},
 {rabbitmq_management_agent, [{sample_retention_policies, [${SAMPLES}]}]}].
`;

interface Ports {
  amqp: number;
  management: number;
  distribution: number;
  epmd: number;
}

/** A RabbitMQ node of its own, with an Erlang port mapper of its own: nothing of the machine's is touched. */
export async function testRabbitMq(): Promise<RabbitMqServer> {
  const [amqp, management, distribution, epmd] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
    freePort(),
  ]);
  const ports = { amqp, management, distribution, epmd };
  return {
    server: new TestServer(`amqp://guest:guest@127.0.0.1:${amqp}`, (folder) => [
      portMapper(ports),
      node(ports, folder),
    ]),
    managementUrl: `http://guest:guest@127.0.0.1:${management}`,
  };
}

function portMapper({ epmd }: Ports): ServerProcess {
  return {
    name: 'epmd',
    command: EPMD ?? '',
    args: ['-address', '127.0.0.1', '-port', String(epmd)],
    env: {},
    ready: () => accepts(epmd),
  };
}

function node(ports: Ports, folder: string): ServerProcess {
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const config = [
    `listeners.tcp.1 = 127.0.0.1:${ports.amqp}`,
    'management.tcp.ip = 127.0.0.1',
    `management.tcp.port = ${ports.management}`,
    'collect_statistics_interval = 250',
    'log.console = true',
    'log.console.level = warning',
    'log.file = false',
  ];
  return {
    name: 'rabbitmq',
    command: SERVER ?? '',
    args: [],
    env: {
      PATH: [dirname(SERVER ?? ''), dirname(EPMD ?? ''), process.env.PATH ?? ''].join(':'),
      // For the Erlang cookie, which is made when it is missing.
      HOME: folder,
      // The script then becomes the server instead of watching it as a child, so that a kill hits the server.
      RUNNING_UNDER_SYSTEMD: '1',
      RABBITMQ_NODENAME: `test${ports.amqp}@localhost`,
      RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
      RABBITMQ_LOG_BASE: join(folder, 'log'),
      RABBITMQ_PID_FILE: join(folder, 'pid'),
      RABBITMQ_CONFIG_FILE: file('rabbitmq.conf', `${config.join('\n')}\n`),
      RABBITMQ_ADVANCED_CONFIG_FILE: file('advanced.config', FRESH),
      RABBITMQ_ENABLED_PLUGINS_FILE: file('enabled_plugins', '[rabbitmq_management].\n'),
      RABBITMQ_DIST_PORT: String(ports.distribution),
      ERL_EPMD_PORT: String(ports.epmd),
      // One scheduler is plenty for a test, and leaves the other core to it.
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 1:1',
    },
    ready: () => isUp(ports.management),
  };
}

async function isUp(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/api/health/checks/virtual-hosts`, {
    headers: { authorization: `Basic ${btoa('guest:guest')}` },
    signal: AbortSignal.timeout(2_000),
  });
  await response.body?.cancel();
  return response.ok;
}
