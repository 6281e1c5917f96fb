import type { Kafka } from 'kafkajs';
import { clusterMakerOf } from './cluster.ts';
import type { KafkajsBroker, KafkajsCluster } from './cluster.ts';

interface GroupQuestion {
  readonly groupId: string;
}

/** A cluster of kafkajs as it looks for coordinators. */
interface SearchingCluster extends KafkajsCluster {
  findGroupCoordinatorMetadata: (group: GroupQuestion) => Promise<unknown>;
}

const refusal = 'GROUP_AUTHORIZATION_FAILED';

/**
 * kafkajs asks every broker for the coordinator of a group and forgets what each has answered: whoever may not use the group would wait as for one
 * that is being chosen, and never hear why. Here every cluster that it makes tells such a refusal as what it is.
 */
export function withToldRefusals(kafka: Kafka): Kafka {
  const { key, make } = clusterMakerOf(kafka);
  const makeTelling = (options: object): KafkajsCluster => {
    const cluster = make(options) as SearchingCluster;
    const find = cluster.findGroupCoordinatorMetadata.bind(cluster);
    cluster.findGroupCoordinatorMetadata = async (group) => {
      try {
        return await find(group);
      } catch (error) {
        throw (await refusalOf(cluster, group)) ?? error;
      }
    };
    return cluster;
  };
  Reflect.set(kafka, key, makeTelling);
  return kafka;
}

/** What a broker says that refuses; `undefined` where the trouble is another one. */
async function refusalOf(cluster: KafkajsCluster, group: GroupQuestion): Promise<unknown> {
  try {
    const broker: KafkajsBroker = await cluster.brokerPool.findConnectedBroker();
    await broker.findGroupCoordinator(group);
    return undefined;
  } catch (error) {
    return error instanceof Error && 'type' in error && error.type === refusal ? error : undefined;
  }
}
