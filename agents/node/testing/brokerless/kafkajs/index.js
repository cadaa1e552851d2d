/**
 * As much of kafkajs as the agent touches, where there is no broker: its place and its names are what the agent knows the
 * library by. A topic is a list in memory, worked off one message at a time; as with the library, a message whose handler
 * throws is fetched again.
 */
const topics = new Map();

function topicOf(name) {
  const known = topics.get(name) ?? { waiting: [], handle: null, busy: false };
  topics.set(name, known);
  return known;
}

async function workOff(topic, name) {
  if (topic.busy || topic.handle === null) return;
  topic.busy = true;
  while (topic.waiting.length > 0) {
    const [message] = topic.waiting;
    const done = await topic.handle({ topic: name, message }).then(
      () => true,
      () => false,
    );
    if (done) topic.waiting.shift();
    else await new Promise((next) => setImmediate(next));
  }
  topic.busy = false;
}

export class Kafka {
  producer() {
    return {
      send: async ({ topic: name, messages }) => {
        const topic = topicOf(name);
        topic.waiting.push(...messages);
        void workOff(topic, name);
        return [{ topicName: name, partition: 0, errorCode: 0 }];
      },
    };
  }

  consumer() {
    const names = [];
    return {
      subscribe: async (wanted) => void names.push(...wanted.topics),
      run: async ({ eachMessage }) => {
        for (const name of names) {
          const topic = topicOf(name);
          topic.handle = eachMessage;
          void workOff(topic, name);
        }
      },
    };
  }
}
