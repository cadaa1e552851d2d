import type { Admin } from 'kafkajs';

type Committed = Awaited<ReturnType<Admin['fetchOffsets']>>;
type Offsets = Awaited<ReturnType<Admin['fetchTopicOffsets']>>;

/** A partition's first and next offset, and where a consumer group stands in it. */
interface Stand {
  partition: number;
  low: number;
  high: number;
  /** The next offset it would take; `low` while it has committed none. */
  committed: number;
}

/** All figures of a topic that Kafka has. */
export interface TopicLag {
  /** Not yet done with by the group. */
  waiting: number;
  /** Offsets ever written, records of transactions included. */
  written: number;
  /** Offsets the group is done with. */
  done: number;
  stands: readonly Stand[];
}

/** How far a group is behind on each of these topics; a topic that is not there is left out. */
export async function lagOf(
  admin: Admin,
  groupId: string,
  topics: readonly string[],
): Promise<Map<string, TopicLag>> {
  if (topics.length === 0) return new Map();
  const [committed, ...offsets] = await Promise.all([
    admin.fetchOffsets({ groupId, topics: [...topics] }),
    ...topics.map((topic) => admin.fetchTopicOffsets(topic)),
  ]);
  return new Map(topics.map((topic, i) => [topic, topicLag(topic, committed, offsets[i] ?? [])]));
}

/** Out of what Kafka answers: what the group has committed anywhere, and the offsets of this topic. */
export function topicLag(topic: string, committed: Committed, offsets: Offsets): TopicLag {
  const own = committed.find((each) => each.topic === topic)?.partitions ?? [];
  const stands = offsets.map(({ partition, ...ends }) => {
    const [low, high] = [Number(ends.low), Number(ends.high)];
    const at = Number(own.find((each) => each.partition === partition)?.offset ?? -1);
    // The two answers are of different moments, or the topic was made anew: less than nothing never waits.
    return { partition, low, high, committed: Math.min(high, Math.max(at, low)) };
  });
  return sum(stands);
}

/** `<queue>.retry.<attempt>` in the order of their attempts. */
export function retriesOf(queue: string, topics: ReadonlySet<string>): string[] {
  const found: string[] = [];
  for (let attempt = 1; topics.has(`${queue}.retry.${attempt}`); attempt++) {
    found.push(`${queue}.retry.${attempt}`);
  }
  return found;
}

function sum(stands: readonly Stand[]): TopicLag {
  const total = (of: (stand: Stand) => number) => stands.reduce((all, stand) => all + of(stand), 0);
  return {
    waiting: total(({ high, committed }) => high - committed),
    written: total(({ high }) => high),
    done: total(({ committed }) => committed),
    stands,
  };
}
