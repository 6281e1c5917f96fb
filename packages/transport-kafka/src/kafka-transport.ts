import { createOpenThings } from '@waybill/core/driver';
import type { TransportDriver } from '@waybill/core/driver';
import { capabilitiesOf } from './capabilities.ts';
import type { KafkaClient } from './client/kafka-client.ts';
import { openKafkaClient } from './client/open-kafka-client.ts';
import { errorCodeOf } from './error-code-of.ts';
import { inspectGroup } from './inspect-group.ts';
import type { GroupHolding } from './inspect-group.ts';
import { KafkaTransportError } from './kafka-error.ts';
import { createNames } from './names.ts';
import { readOptions } from './options.ts';
import type { KafkaTransportOptions } from './options.ts';
import { openKafkaReceiver } from './receiver/kafka-receiver.ts';
import { createKafkaSender } from './sender/kafka-sender.ts';
import { createLanes } from './sender/lanes.ts';
import { checkChannel, requirePartitions } from './topology/check-channel.ts';
import { requireGroup } from './topology/declare-group.ts';
import { ensureTopology } from './topology/ensure-topology.ts';
import { firstOffset } from './topology/first-offset.ts';
import type { TopologyContext } from './topology/topology-context.ts';

/**
 * A transport over Apache Kafka. Connects when it is first used: its senders share one idempotent session, every receiver is a member of its
 * group, and topology and inspection have connections of their own.
 * @throws KafkaTransportError `illegal-options`
 */
export function kafkaTransport(options: KafkaTransportOptions): TransportDriver {
  const settings = readOptions(options);
  const names = createNames(settings.namePrefix);
  const { refuseWhenClosed, keep, close } = createOpenThings(
    () => new KafkaTransportError('closed', 'The transport is closed.'),
  );
  const holders = new Set<() => readonly GroupHolding[]>();
  let opened: Promise<KafkaClient> | undefined;

  const open = async (): Promise<KafkaClient> => {
    try {
      return await openKafkaClient(settings);
    } catch (error) {
      opened = undefined;
      throw error;
    }
  };
  const client = (): Promise<KafkaClient> => (opened ??= open());
  const context = async (): Promise<TopologyContext> => ({ settings, names, admin: (await client()).admin });
  const lanes = createLanes({ settings, openProducer: async () => (await client()).openProducer() });

  return {
    specVersion: 1,
    name: 'kafka',
    capabilities: capabilitiesOf(settings),
    ensureTopology: async (wanted) => {
      refuseWhenClosed();
      await ensureTopology(await context(), wanted);
    },
    openSender: async (channel) => {
      refuseWhenClosed();
      const topic = names.topicOf(channel);
      await checkChannel(await context(), channel);
      return keep(createKafkaSender({ settings, lanes, topic }));
    },
    openReceiver: async (subscription, receiver) => {
      refuseWhenClosed();
      const groupId = names.groupOf(subscription);
      const topic = names.topicOf(subscription);
      const place = await context();
      await requirePartitions(place, subscription);
      await requireGroup(place, subscription);
      const startFrom = firstOffset(settings, subscription);
      const kafkaReceiver = await openKafkaReceiver({
        ...settings,
        client: await client(),
        groupId,
        topic,
        startFrom,
        receiver,
      });
      const holdings = (): readonly GroupHolding[] =>
        kafkaReceiver.holdings().map((holding) => ({ ...holding, groupId }));
      holders.add(holdings);
      return keep(kafkaReceiver, () => holders.delete(holdings));
    },
    inspect: async (subscription) => {
      refuseWhenClosed();
      return inspectGroup(await context(), subscription, () => [...holders].flatMap((holdings) => holdings()));
    },
    codeOf: errorCodeOf,
    close: async () => {
      await close();
      await lanes.close();
      // Of a client that could not be opened nothing is left to close.
      const last = await opened?.catch(() => undefined);
      await last?.close();
    },
  };
}
