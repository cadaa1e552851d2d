import { z } from 'zod';

const READ_LIMIT_MS = 3_000;

const Stats = z.object({
  publish: z.number().default(0),
  ack: z.number().default(0),
  redeliver: z.number().default(0),
});

const QueueRow = z.object({
  name: z.string(),
  messages_ready: z.number().default(0),
  messages_unacknowledged: z.number().default(0),
  consumers: z.number().default(0),
  message_stats: Stats.prefault({}),
});
export type QueueRow = z.output<typeof QueueRow>;

/**
 * RabbitMQ's management API. AMQP tells only what is ready and who consumes; messages in flight and counters of what
 * went through are here alone. They are as fresh as the server makes them (`collect_statistics_interval` and
 * `quorum_tick_interval`, 5 s each unless set).
 */
export class Management {
  readonly #url: string;
  readonly #authorization: string;

  /** `base` is the API's address with user and password; `vhost` as in the broker's URL. */
  constructor(base: URL, vhost: string) {
    const columns = Object.keys(QueueRow.shape).join(',');
    this.#url = `${base.origin}/api/queues/${encodeURIComponent(vhost)}?columns=${columns}`;
    this.#authorization = `Basic ${btoa(`${decodeURIComponent(base.username)}:${decodeURIComponent(base.password)}`)}`;
  }

  /** All queues of the virtual host, by name. */
  async queues(): Promise<Map<string, QueueRow>> {
    const response = await fetch(this.#url, {
      headers: { authorization: this.#authorization },
      signal: AbortSignal.timeout(READ_LIMIT_MS),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`the management API of RabbitMQ answers ${response.status}`);
    }
    const rows = z.array(QueueRow).parse(await response.json());
    return new Map(rows.map((row) => [row.name, row]));
  }
}

/** Where the management API of a broker is unless somebody says otherwise: same host and user, port 15672. */
export function managementOf(broker: URL): URL {
  const scheme = broker.protocol === 'amqps:' ? 'https' : 'http';
  const user = broker.username === '' ? 'guest:guest' : `${broker.username}:${broker.password}`;
  return new URL(`${scheme}://${user}@${broker.hostname}:15672`);
}

/** `/` unless the URL names another. */
export function vhostOf(broker: URL): string {
  return decodeURIComponent(broker.pathname.slice(1)) || '/';
}
