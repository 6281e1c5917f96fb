import { check, checkEqual } from '../harness/check.ts';
import type { ConformanceCase } from '../harness/conformance-case.ts';
import { checkEmpty } from '../stage/check-settled.ts';
import { letterOf, sendOne, untilLetters } from '../stage/dead-letters.ts';
import { textOf } from '../stage/message.ts';
import { commandAddress, numberedCommand } from '../stage/open-bus.ts';
import { openStage } from '../stage/open-stage.ts';
import { startConsumer, untilAccepted } from '../stage/start-consumer.ts';
import { needing, proves } from './case.ts';

/** Programs on the same broker that know nothing of Waybill. */
export const foreignCases: readonly ConformanceCase[] = [
  proves(
    'PAY-10',
    'bytes and headers of a foreign publisher arrive as they were',
    needing(['foreign'], async (world, { foreign }) => {
      const stage = await openStage(world);
      const headers = { 'x-note': 'żółć 🧾', 'ce-type': 'theirs', constructor: 'c' };
      const body = Uint8Array.of(0, 255, 254, 10);
      await foreign.publish(stage.address, { headers, body });
      const receiver = await stage.receiver();
      const delivery = await receiver.takeOne();
      checkEqual({ ...delivery.message.headers }, headers, 'the headers');
      checkEqual([...delivery.message.body], [...body], 'the body');
      checkEqual(delivery.attempt, 1, 'the attempt');
      await receiver.accept(delivery);
      await checkEmpty(world, stage.address);
    }),
  ),

  proves(
    'PAY-10',
    'a foreign consumer reads JSON and CloudEvents headers',
    needing(['foreign'], async (world, { foreign }) => {
      const command = numberedCommand(world);
      const bus = await startConsumer(world, command, 'founder');
      bus.pause(command.name);
      await sendOne(world, bus, command);
      await bus.stop();
      const message = await foreign.consume(commandAddress(command));
      check(message !== undefined, 'the foreign consumer gets the message');
      checkEqual(JSON.parse(textOf(message.body)), { key: 'k', seq: 1 }, 'the body');
      checkEqual(message.headers['ce-type'], command.name, 'the type');
      checkEqual(message.headers['ce-specversion'], '1.0', 'the version of CloudEvents');
      checkEqual(message.headers['wb-version'], '1', 'the version of the contract');
      checkEqual(Number.isNaN(Date.parse(String(message.headers['ce-time']))), false, 'the time can be read');
      await checkEmpty(world, commandAddress(command));
    }),
  ),

  proves(
    'PAY-10',
    'a foreign message that is no envelope is a dead letter as it came, and the consumer goes on',
    needing(['foreign'], async (world, { foreign }) => {
      const command = numberedCommand(world);
      const bus = await startConsumer(world, command, 'c');
      const body = Uint8Array.of(0x7b, 0xff);
      await foreign.publish(commandAddress(command), { headers: {}, body });
      await untilLetters(world, bus, 1);
      const letter = await letterOf(bus);
      checkEqual([letter.reason, [...letter.body]], ['envelope-invalid', [...body]], 'the dead letter');
      await sendOne(world, bus, command);
      await untilAccepted(world, 1);
      await checkEmpty(world, commandAddress(command));
    }),
  ),

  proves(
    'PAY-11',
    'headers of a foreign publisher that are no texts become texts or are left out',
    needing(['foreign'], async (world, { foreign }) => {
      const stage = await openStage(world);
      const headers = {
        text: 'a',
        number: 7,
        negative: -1.5,
        yes: true,
        nothing: null,
        list: [1, 'a', [2]],
        nested: { a: { b: 'c' } },
        bytes: new Uint8Array([1, 2, 3]),
        __proto__: { polluted: 'yes' },
      };
      await foreign.publish(stage.address, { headers, body: new Uint8Array(1) });
      const receiver = await stage.receiver();
      const delivery = await receiver.takeOne();
      const arrived = delivery.message.headers;
      checkEqual(arrived['text'], 'a', 'the header that is a text');
      const strangers = Object.entries(arrived).filter(([, value]) => typeof value !== 'string');
      checkEqual(strangers, [], 'headers that are no texts');
      checkEqual(['polluted' in {}, 'polluted' in arrived], [false, false], 'whether a prototype was reached');
      for (const [name, due] of [
        ['number', '7'],
        ['negative', '-1.5'],
        ['yes', 'true'],
      ] as const) {
        check(arrived[name] === undefined || arrived[name] === due, `${name} arrives as ${arrived[name]}`);
      }
      await receiver.accept(delivery);
      await checkEmpty(world, stage.address);
    }),
  ),
];
