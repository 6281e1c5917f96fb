import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import type { Admin } from 'kafkajs';
import type { KafkaCluster } from '../brokers/index.ts';
import type { FaultBroker, ReplicatedSite } from './fault-site.ts';

const partitions = 12;
const wholeWithinMs = 60_000;
const pollMs = 250;

/**
 * Three nodes with three copies of everything, of which two must have a record. Every scenario runs on them. The lease of a worker is the session
 * that the driver of the suite asks for.
 */
export function kafkaClusterBroker(cluster: KafkaCluster, client: 'kafkajs' | 'platformatic'): FaultBroker {
  const { nodes, addresses } = cluster;
  const site = {
    driver: {
      module: new URL('../../../transport-kafka/src/conformance/open-driver.ts', import.meta.url).href,
      settings: { brokers: addresses.join(','), client, partitions: String(partitions) },
    },
    leaseMs: 3000,
    nodes,
    replicated: replicatedSite(cluster),
  };
  return { name: `kafka, ${nodes.length} brokers, ${client}`, siteOf: () => site, stop: cluster.stop };
}

function replicatedSite({ addresses, nodes }: KafkaCluster): ReplicatedSite {
  /** On connections that are thrown away: a node that is back would be remembered as gone. */
  const administer = async <Result>(work: (admin: Admin) => Promise<Result>): Promise<Result> => {
    const kafka = new kafkajs.Kafka({
      brokers: [...addresses],
      logLevel: kafkajs.logLevel.NOTHING,
      retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 20 },
    });
    const admin = kafka.admin();
    await admin.connect();
    try {
      return await work(admin);
    } finally {
      await admin.disconnect();
    }
  };

  return {
    led: (channel) =>
      administer(async (admin) => {
        const topic = (await admin.listTopics()).find((name) => name.endsWith(`.${channel}`));
        if (topic === undefined) throw new Error(`There is no topic for ${channel}.`);
        const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
        const leaders = topics.flatMap((each) => each.partitions.map(({ leader }) => leader));
        return nodes.map((_, index) => leaders.filter((leader) => leader === index + 1).length);
      }),
    whole: async () => {
      const giveUpAt = performance.now() + wholeWithinMs;
      const isWhole = (): Promise<boolean> =>
        administer(async (admin) => {
          const { topics } = await admin.fetchTopicMetadata();
          return topics.every((each) =>
            each.partitions.every(({ isr, leader }) => isr.length === nodes.length && leader > 0),
          );
        }).catch(() => false);
      while (!(await isWhole())) {
        if (performance.now() > giveUpAt) throw new Error(`The cluster is not whole after ${wholeWithinMs} ms.`);
        await sleep(pollMs);
      }
    },
  };
}
