import type { Admin } from 'kafkajs';

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
  return new Map(
    topics.map((topic, i) => {
      const own = committed.find((each) => each.topic === topic)?.partitions ?? [];
      const stands = (offsets[i] ?? []).map(({ partition, low, high }) => {
        const at = Number(own.find((each) => each.partition === partition)?.offset ?? -1);
        return { partition, low: Number(low), high: Number(high), committed: Math.max(at, Number(low)) };
      });
      return [topic, sum(stands)];
    }),
  );
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
