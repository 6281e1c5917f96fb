import { check, checkEqual } from '../harness/check.ts';
import type { ConformanceCase } from '../harness/conformance-case.ts';
import { faultModes } from '../harness/mode.ts';
import type { World } from '../harness/world.ts';
import { checkBusRefuses } from '../stage/check-refused.ts';
import { checkEmpty, checkLedger } from '../stage/check-settled.ts';
import { message } from '../stage/message.ts';
import { commandAddress, numberedCommand, openBus } from '../stage/open-bus.ts';
import { openStage } from '../stage/open-stage.ts';
import { keysOf, publishNumbered } from '../stage/publish-numbered.ts';
import { startConsumer, untilAccepted } from '../stage/start-consumer.ts';
import { alone, needing, proves, refuses } from './case.ts';

/** Brokers that take nothing for a while, and transports that have no wire at all. */
export const networkCases: readonly ConformanceCase[] = [
  alone(
    proves(
      'FLT-12',
      'publishes wait while the broker takes none, and consumers go on',
      needing(['refusePublishes'], async (world, { refusePublishes }) => {
        const command = numberedCommand(world);
        const bus = await startConsumer(world, command, 'c', { work: () => world.clock.sleep(20) });
        await publishNumbered(world, bus, command, keysOf(5), 10);
        const allow = await refusePublishes();
        const publishing = publishNumbered(world, bus, command, keysOf(5), 10, 11);
        await untilAccepted(world, 50);
        await world.clock.sleep(world.harness.timing.settleMs);
        await allow();
        await publishing;
        const outcomes = new Set(world.ledger.publishes.map(({ outcome }) => outcome));
        checkEqual(outcomes, new Set(['confirmed']), 'the outcomes');
        await untilAccepted(world, 100);
        await checkEmpty(world, commandAddress(command));
        checkLedger(world);
      }),
      faultModes,
    ),
  ),

  refuses('FLT-1', 'what is to outlive the broker is refused at start', async (world) => {
    const bus = await openBus(world);
    bus.handle(numberedCommand(world), () => undefined, { durability: 'durable' });
    await checkBusRefuses('plan-refused', 'a start that asks for durability', () => bus.start());
    const refused = bus.explain().refusals.some(({ guarantee }) => guarantee === 'durability');
    check(refused, 'the plan names what is refused');
  }),

  ...(['LIF-11', 'FLT-3', 'FLT-4', 'FLT-13'] as const).map((id) =>
    alone(
      refuses(
        id,
        'there is no connection to be refused, cut or silenced: nothing that works holds a socket',
        hasNoSocket,
      ),
    ),
  ),
];

/** Uses a driver from end to end and looks at what the process holds meanwhile. */
async function hasNoSocket(world: World): Promise<void> {
  const before = sockets();
  const stage = await openStage(world);
  const receiver = await stage.receiver();
  await stage.send(message('m1', { key: 'k' }));
  const delivery = await receiver.takeOne();
  checkEqual(sockets(), before, 'sockets of the process while the driver is at work');
  await receiver.accept(delivery);
  checkEqual(world.harness.faults.cutConnections, undefined, 'the way to cut connections');
  checkEqual(world.harness.faults.breakNetwork, undefined, 'the way to break a network');
  await checkEmpty(world, stage.address);
  checkLedger(world);
}

const sockets = (): number =>
  process.getActiveResourcesInfo().filter((resource) => /^(?:TCP|TLS|UDP|Pipe(?:Connect|Wrap))/u.test(resource)).length;
