import { createOpenThings } from '@waybill/core/driver';
import type { SubscriptionAddress, TransportDriver } from '@waybill/core/driver';
import { createAddresses } from './aws/addresses.ts';
import { createClients } from './aws/create-clients.ts';
import { capabilitiesOf } from './capabilities.ts';
import { errorCodeOf } from './error-code-of.ts';
import { inspectQueue } from './inspect-queue.ts';
import { createNames } from './names.ts';
import { readOptions } from './options.ts';
import type { SqsTransportOptions } from './options.ts';
import { createQueueCalls } from './receiver/queue-calls.ts';
import { createSqsReceiver } from './receiver/sqs-receiver.ts';
import type { SqsReceiver } from './receiver/sqs-receiver.ts';
import { queueTarget } from './sender/queue-target.ts';
import { createSqsSender } from './sender/sqs-sender.ts';
import { topicTarget } from './sender/topic-target.ts';
import { SqsTransportError } from './sqs-error.ts';
import { createTopology } from './topology/create-topology.ts';
import { requireGroup } from './topology/require-group.ts';

/**
 * A transport over Amazon SQS, with Amazon SNS for events. Makes no call before it is used.
 * @throws SqsTransportError `illegal-options`
 */
export function sqsTransport(options: SqsTransportOptions): TransportDriver {
  const settings = readOptions(options);
  const names = createNames(settings);
  const clients = createClients(settings);
  const { sqs, sns } = clients;
  const addresses = createAddresses(clients, settings);
  const topology = createTopology({ settings, names, clients, addresses });
  const { refuseWhenClosed, keep, close } = createOpenThings(
    () => new SqsTransportError('closed', 'The transport is closed.'),
  );
  const receivers = new Set<SqsReceiver>();

  const queueOf = async (subscription: SubscriptionAddress) => {
    requireGroup(subscription);
    const queue = names.queueOf(subscription);
    return { queue, url: await addresses.queueUrlOf(queue) };
  };

  return {
    specVersion: 1,
    name: 'sqs',
    capabilities: capabilitiesOf(settings),
    ensureTopology: async (wanted) => {
      refuseWhenClosed();
      await topology.ensure(wanted);
    },
    openSender: async (channel) => {
      refuseWhenClosed();
      const target =
        channel.kind === 'command'
          ? queueTarget(sqs, await addresses.queueUrlOf(names.commandQueueOf(channel)))
          : topicTarget(sns, await addresses.topicArnOf(names.topicOf(channel)));
      await topology.checkAudience(channel);
      return keep(createSqsSender({ settings, target }));
    },
    openReceiver: async (subscription, receiverOptions) => {
      refuseWhenClosed();
      const { queue, url } = await queueOf(subscription);
      const receiver = createSqsReceiver({
        ...settings,
        queue,
        calls: createQueueCalls({ sqs, url, settings }),
        isFifo: settings.queueType === 'fifo',
        receiver: receiverOptions,
      });
      receivers.add(receiver);
      return keep(receiver, () => receivers.delete(receiver));
    },
    inspect: async (subscription) => {
      refuseWhenClosed();
      const { queue, url } = await queueOf(subscription);
      const sights = () => [...receivers].map((receiver) => receiver.sight()).filter((sight) => sight.queue === queue);
      return inspectQueue({ sqs, url, queue, settings, sights });
    },
    codeOf: errorCodeOf,
    close: async () => {
      await close();
      clients.destroy();
    },
  };
}
