import { findBroker } from '@waybill/conformance/brokers';
import type { ChannelAddress, Topology, TransportDriver } from '@waybill/core/driver';
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { createNames } from '../names.ts';
import { readOptions } from '../options.ts';
import type { SqsTransportOptions } from '../options.ts';
import { sqsTransport } from '../sqs-transport.ts';
import { iamPolicy } from './iam-policy.ts';
import type { IamRole } from './iam-policy.ts';
import { byHand } from './testing/by-hand.ts';
import { shop } from './testing/shop.ts';
import { openTopologyStage, stageCredentials } from './testing/topology-stage.ts';
import { watchEndpoint } from './testing/watched-endpoint.ts';
import type { WatchedCall, WatchedEndpoint } from './testing/watched-endpoint.ts';

const broker = await findBroker('fauxqs', 'the rights that the transport uses');
const emulator = broker?.address ?? '';

beforeEach(({ skip }) => skip(broker === undefined, 'fauxqs cannot be had here.'));
afterAll(() => broker?.stop());

const produced: Topology = { ...shop, subscriptions: [] };
const consumed: Topology = { ...shop, channels: [] };
const [charge, charged] = shop.channels as readonly [ChannelAddress, ChannelAddress];
const mail = { ...charged, group: 'mail' };

const watch = async (): Promise<WatchedEndpoint> => {
  const endpoint = await watchEndpoint(emulator);
  onTestFinished(() => endpoint.close());
  return endpoint;
};

const produce = async (transport: TransportDriver): Promise<void> => {
  await transport.ensureTopology(produced);
  for (const channel of [charge, charged]) {
    const sender = await transport.openSender(channel);
    const body = Buffer.from('1');
    const message = { id: 'm', key: 'k', deduplicationKey: 'm', headers: {}, body, delayMs: 0 };
    expect(await sender.sendBatch([message])).toEqual([{ status: 'confirmed' }]);
  }
};

const consume = async (transport: TransportDriver): Promise<void> => {
  await transport.ensureTopology(consumed);
  const options = { leaseMs: 30_000, unsettledMax: 10, onLost: () => undefined };
  const receiver = await transport.openReceiver(mail, options);
  const [delivery] = await receiver.receiveBatch(1, new AbortController().signal);
  const receipt = delivery?.receipt ?? {};
  expect(await receiver.extendBatch([receipt], 30_000)).toEqual(['extended']);
  expect(await receiver.settleBatch([{ receipt, action: 'accept' }])).toEqual([{ status: 'settled' }]);
  await transport.inspect(mail);
};

/** Whether a policy allows a call, as IAM decides where nothing is denied. */
const allows = (policy: ReturnType<typeof iamPolicy>, { action, resource }: WatchedCall): boolean =>
  policy.Statement.some(
    ({ Action: actions, Resource: resources }) =>
      [actions].flat().includes(action) && [resources].flat().some((one) => one === '*' || one === resource),
  );

/** Something for each of them to repair. */
const damage = async (options: SqsTransportOptions, role: IamRole): Promise<void> => {
  const stage = openTopologyStage(emulator, { ...options, endpoint: emulator });
  onTestFinished(() => stage.close());
  const topicArn = `arn:aws:sns:us-east-1:000000000000:${stage.names.topicOf(charged)}`;
  const hand = byHand(stage, topicArn);
  if (role === 'producer') return hand.setQueue(stage.names.commandQueueOf(charge), { RedrivePolicy: '' });
  const queue = stage.names.queueOf(mail);
  await hand.setQueue(queue, { Policy: '' });
  await hand.unsubscribe(queue);
  await hand.subscribe(queue, { RawMessageDelivery: 'true' });
};

test.each(['off', 'verify', 'apply'] as const)(
  'with topology %s every call is allowed by the policy of its role, and no right is there that is not used',
  { timeout: 30_000 },
  async (topology) => {
    const namePrefix = `iam-${topology}-`;
    const region = 'us-east-1';
    const options = { region, accountId: '000000000000', namePrefix, topology, credentials: stageCredentials } as const;
    const connect = (endpoint: string, change: Partial<SqsTransportOptions> = {}): TransportDriver => {
      const transport = sqsTransport({ ...options, endpoint, longPollSeconds: 1, ...change });
      onTestFinished(() => transport.close());
      return transport;
    };
    const [producer, consumer] = [await watch(), await watch()];
    if (topology === 'apply') {
      await connect(producer.address).ensureTopology(produced);
      await connect(consumer.address).ensureTopology(consumed);
      await damage(options, 'consumer');
    } else {
      await connect(emulator, { topology: 'apply' }).ensureTopology(shop);
    }
    // Other tags are something to repair, too.
    const tags = topology === 'apply' ? { tags: { team: 'till' } } : {};
    await connect(consumer.address, tags).ensureTopology(consumed);
    if (topology === 'apply') await damage(options, 'producer');
    await produce(connect(producer.address, topology === 'apply' ? { tags: { team: 'shop' } } : {}));
    await consume(connect(consumer.address, tags));
    for (const [role, { calls }] of [
      ['producer', producer],
      ['consumer', consumer],
    ] as const) {
      const policy = iamPolicy(role, { ...options, ...tags }, role === 'producer' ? produced : consumed);
      expect(calls.filter((call) => !allows(policy, call))).toEqual([]);
      expect(unusedRights(policy, calls)).toEqual([]);
    }
  },
);

/** Actions that nothing was done with. */
const unusedRights = (policy: ReturnType<typeof iamPolicy>, calls: readonly WatchedCall[]): readonly string[] => {
  const used = new Set(calls.map(({ action }) => action));
  return policy.Statement.flatMap(({ Action: actions }) => actions).filter((action) => !used.has(action));
};

test('a role may not touch what is not its own', () => {
  const options = { region: 'us-east-1', accountId: '000000000000' } as const;
  const names = createNames(readOptions(options));
  const queue = `arn:aws:sqs:us-east-1:000000000000:${names.queueOf(mail)}`;
  const can = (role: IamRole, action: string): boolean =>
    allows(iamPolicy(role, options, shop), { action, resource: queue });
  expect(['sqs:SendMessage', 'sqs:ReceiveMessage'].map((action) => can('producer', action))).toEqual([false, false]);
  expect(['sqs:SendMessage', 'sqs:ReceiveMessage'].map((action) => can('consumer', action))).toEqual([false, true]);
});
