import { check, checkApplies, checkEqual } from '../harness/check.ts';
import type { ConformanceCase } from '../harness/conformance-case.ts';
import { faultModes } from '../harness/mode.ts';
import type { World } from '../harness/world.ts';
import { checkEmpty, checkLedger } from '../stage/check-settled.ts';
import { message } from '../stage/message.ts';
import { numberedCommand, openBus } from '../stage/open-bus.ts';
import { openStage } from '../stage/open-stage.ts';
import type { Stage } from '../stage/open-stage.ts';
import { keysOf } from '../stage/publish-numbered.ts';
import { wrapDriver } from '../stage/wrap-driver.ts';
import { alone, needing, proves } from './case.ts';

/** What a confirmation is worth. */
export const confirmationCases: readonly ConformanceCase[] = [
  proves('DEL-21', 'a publish resolves when the broker has answered and not before', async (world) => {
    const answer = Promise.withResolvers<undefined>();
    const transport = wrapDriver(await world.connect(), {
      sender: (sender) => ({
        sendBatch: async (messages) => {
          const outcomes = await sender.sendBatch(messages);
          await answer.promise;
          return outcomes;
        },
      }),
    });
    const bus = await openBus(world, { transport });
    await bus.start();
    let isResolved = false;
    const publishing = bus.send(numberedCommand(world), { key: 'k', seq: 1 }).then(() => {
      isResolved = true;
    });
    await world.clock.sleep(world.harness.timing.settleMs);
    check(!isResolved, 'the publish waits for the answer');
    answer.resolve(undefined);
    await publishing;
  }),

  proves(
    'DEL-21',
    'what is confirmed is there, although its sender is killed in the same moment',
    needing(['abandon'], async (world, { abandon }) => {
      const stage = await openStage(world);
      for (const id of keysOf(world.amount(5))) {
        const driver = await world.connect();
        const sender = await driver.openSender(stage.address);
        const [outcome] = await sender.sendBatch([message(id, { key: id })]);
        await abandon(driver);
        checkEqual(outcome?.status, 'confirmed', 'the answer');
        world.ledger.publish({ runId: world.runId, key: id, seq: 1, messageId: id, outcome: 'confirmed' });
      }
      await checkAllCome(world, stage);
    }),
    faultModes,
  ),

  alone(
    proves(
      'DEL-21',
      'what is confirmed is there after the broker was killed and started again',
      needing(['restartBroker'], async (world, { restartBroker }) => {
        const stage = await openStage(world);
        checkApplies(stage.driver.capabilities.durability.level !== 'unsupported', 'nothing outlives the broker');
        await world.clock.sleep(settledQueueMs);
        await stage.send(...keysOf(50).map((id) => message(id, { key: id })));
        await restartBroker();
        await checkAllCome(world, stage);
      }),
      ['fault'],
    ),
  ),
];

/** A new connection gets every message of the ledger. */
async function checkAllCome(world: World, stage: Stage): Promise<void> {
  const confirmed = world.ledger.publishes.map(({ messageId }) => messageId);
  const receiver = await stage.receiver({ driver: await world.connect() });
  const deliveries = await receiver.take(confirmed.length);
  const arrived = deliveries.map((delivery) => delivery.message.id);
  checkEqual(arrived.toSorted(), confirmed.toSorted(), 'what came of what was confirmed');
  await receiver.accept(...deliveries);
  await checkEmpty(world, stage.address);
  checkLedger(world);
}

/** A quorum queue of RabbitMQ is not on disk itself in its first second or two. */
const settledQueueMs = 3000;
