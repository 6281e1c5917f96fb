import { createKafkajsClient } from '../../client/kafkajs/kafkajs-client.ts';
import { readOptions } from '../../options.ts';
import { openKafkaReceiver } from '../kafka-receiver.ts';
import { accept, bodiesOf } from './receiver-stage.ts';

/**
 * A member of a group in a process of its own, which its test stops and lets go on. Works on one delivery at a time, and prints a line for each
 * thing that happens: `handled <body>`, `lost <count>`, `failed <code>`.
 */
const [brokers = '', topic = '', groupId = ''] = process.argv.slice(2);
const settings = readOptions({ brokers: brokers.split(','), sessionTimeoutMs: 6000, heartbeatMs: 500, commitMs: 200 });
const say = (line: string): boolean => process.stdout.write(`${line}\n`);
const receiver = await openKafkaReceiver({
  ...settings,
  client: createKafkajsClient(settings),
  topic,
  groupId,
  startFrom: 'earliest',
  receiver: { leaseMs: 30_000, unsettledMax: 100, onLost: (receipts) => say(`lost ${receipts.length}`) },
});
const { signal } = new AbortController();
for (;;) {
  try {
    for (const delivery of await receiver.receiveBatch(1, signal)) {
      say(`handled ${bodiesOf([delivery]).join()}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
      await accept(receiver, [delivery]);
    }
  } catch {
    say('failed');
  }
}
