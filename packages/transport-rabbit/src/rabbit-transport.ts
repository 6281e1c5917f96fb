import { createOpenThings } from '@waybill/core/driver';
import type { SubscriptionAddress, TransportDriver } from '@waybill/core/driver';
import type { ConsumeMessage } from 'amqplib';
import { capabilitiesOf } from './capabilities.ts';
import { createConnection } from './connection/create-connection.ts';
import { errorCodeOf } from './error-code-of.ts';
import { createQueueInspector } from './inspect-queue.ts';
import { enqueuedAtMsOf, toMessage } from './message-properties.ts';
import { createNames } from './names.ts';
import { readOptions } from './options.ts';
import type { RabbitTransportOptions } from './options.ts';
import { RabbitTransportError } from './rabbit-error.ts';
import { attemptOf } from './receiver/attempt-of.ts';
import type { DeliveryCounting } from './receiver/attempt-of.ts';
import { checkQueue } from './receiver/check-queue.ts';
import type { ReadMessage } from './receiver/held-message.ts';
import { createInstanceCount } from './receiver/instance-count.ts';
import { openRabbitReceiver } from './receiver/rabbit-receiver.ts';
import type { RabbitReceiver } from './receiver/rabbit-receiver.ts';
import { createRabbitSender } from './sender/rabbit-sender.ts';
import { checkChannel, ensureTopology } from './topology/ensure-topology.ts';

/**
 * A transport over RabbitMQ 3.10 or later. Connects when it is first used, with one connection for publishing, one for consuming and
 * one for topology and inspection, each made again after a loss.
 * @throws RabbitTransportError `illegal-options`
 */
export function rabbitTransport(options: RabbitTransportOptions): TransportDriver {
  const settings = readOptions(options);
  const names = createNames(settings.namePrefix);
  const publishing = createConnection(settings, 'publish');
  const consuming = createConnection(settings, 'consume');
  const topology = createConnection(settings, 'topology');
  const inspector = createQueueInspector({ connection: topology, clock: settings.clock });
  const topologyOptions = { settings, names, connection: topology };
  const { refuseWhenClosed, keep, close } = createOpenThings(
    () => new RabbitTransportError('closed', 'The transport is closed.'),
  );
  const receivers = new Set<RabbitReceiver>();

  const queuesOf = (subscription: SubscriptionAddress): readonly string[] =>
    Array.from({ length: settings.partitions }, (_, partition) => names.queueOf(subscription, partition));

  return {
    specVersion: 1,
    name: 'rabbit',
    capabilities: capabilitiesOf(settings),
    ensureTopology: async (wanted) => {
      refuseWhenClosed();
      await ensureTopology(topologyOptions, wanted);
    },
    openSender: async (address) => {
      refuseWhenClosed();
      const check = () => checkChannel(topologyOptions, address);
      await check();
      const sender = createRabbitSender({ settings, names, connection: publishing, address, check });
      return keep(sender);
    },
    openReceiver: async (subscription, receiverOptions) => {
      refuseWhenClosed();
      const receiver = await openRabbitReceiver({
        ...settings,
        queues: queuesOf(subscription),
        connection: consuming,
        checkQueue: (queue) => checkQueue(topology, queue),
        instances: createInstanceCount({ connection: topology, queue: names.instancesOf(subscription) }),
        read: (raw, brokerVersion) => readMessage(raw, { ...settings, brokerVersion }),
        receiver: receiverOptions,
      });
      receivers.add(receiver);
      return keep(receiver, () => receivers.delete(receiver));
    },
    inspect: async (subscription) => {
      refuseWhenClosed();
      return inspector.inspect(queuesOf(subscription), () => [...receivers].flatMap((receiver) => receiver.holdings()));
    },
    codeOf: errorCodeOf,
    close: async () => {
      await close();
      await Promise.all([publishing, consuming, topology].map((connection) => connection.close()));
    },
  };
}

function readMessage(raw: ConsumeMessage, counting: DeliveryCounting): ReadMessage {
  return { message: toMessage(raw), enqueuedAtMs: enqueuedAtMsOf(raw), attempt: attemptOf(raw, counting) };
}
