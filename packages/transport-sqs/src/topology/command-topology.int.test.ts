import { findBroker } from '@waybill/conformance/brokers';
import type { Topology } from '@waybill/core/driver';
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { byHand } from './testing/by-hand.ts';
import { openTopologyStage, refusalOf } from './testing/topology-stage.ts';
import type { TopologyStage, TopologyStageOptions } from './testing/topology-stage.ts';

/** It has queues and no topics: what needs no SNS must not ask it anything. */
const broker = await findBroker('elasticmq', 'the topology of commands on ElasticMQ');

beforeEach(({ skip }) => skip(broker === undefined, 'ElasticMQ cannot be had here.'));
afterAll(() => broker?.stop());

const open = (options: TopologyStageOptions = {}): TopologyStage => {
  const stage = openTopologyStage(broker?.address ?? '', options);
  onTestFinished(() => stage.close());
  return stage;
};

const charge = { kind: 'command', channel: 'charge', group: 'till', leaseMs: 45_000 } as const;
const commands: Topology = { channels: [charge], subscriptions: [charge] };

test.each([
  ['fifo', { tags: { team: 'till' } }],
  ['standard', { queueType: 'standard' }],
  ['a short retention', { retentionSeconds: 3600, deliveryLimit: 5 }],
] satisfies readonly (readonly [string, TopologyStageOptions])[])(
  'queues with %s are made by many at once, found by verify, and left as they are',
  async (_, options) => {
    const stage = open(options);
    await Promise.all([stage, stage.other(), stage.other()].map((each) => each.ensure(commands)));
    const refusal = await refusalOf(stage.other({ topology: 'verify' }), commands);
    // ElasticMQ 1.7.1 knows no policy of who may use a dead-letter queue, and says so.
    expect(refusal.split('\n- ').slice(1)).toEqual([
      expect.stringMatching(/---dead\S*\.RedriveAllowPolicy: .* present none/u),
    ]);
    const before = await byHand(stage).queue(stage.names.queueOf(charge));
    await stage.other().ensure(commands);
    expect(await byHand(stage).queue(stage.names.queueOf(charge))).toEqual(before);
  },
);

test('a second group is refused, and a longer lease is set', async () => {
  const stage = open();
  await stage.ensure(commands);
  const other = { channels: [], subscriptions: [{ ...charge, group: 'other' }] };
  expect(await refusalOf(stage, other)).toMatch(/waybill:group: wanted other, present till/u);
  await stage.ensure({ channels: [], subscriptions: [{ ...charge, leaseMs: 60_000 }] });
  expect(await byHand(stage).queue(stage.names.queueOf(charge))).toMatchObject({ VisibilityTimeout: '60' });
});

test('what differs is told', async () => {
  const stage = open();
  await stage.ensure(commands);
  await byHand(stage).setQueue(stage.names.queueOf(charge), { DelaySeconds: '7' });
  expect(await refusalOf(stage, commands)).toMatch(/DelaySeconds: wanted 0, present 7/u);
});
