import { memoryStore } from '@waybill/core';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { dynamodbStore } from './dynamodb-store.ts';
import { aheadClock, localDynamodb } from './testing/local-dynamodb.ts';
import type { LocalDynamodb } from './testing/local-dynamodb.ts';
import { bucketsOfModel, createCommandRunner, shownBy, storeCommand } from './testing/store-command.ts';

const local = await localDynamodb('that the DynamoDB store does what the memory store does');

describe.runIf(local !== undefined)('the memory store as the model', { timeout: 240_000 }, () => {
  const { client, newTable, stop } = local as LocalDynamodb;
  afterAll(stop);

  test('whatever is asked of both in turn, they answer and show the same', async () => {
    const property = fc.asyncProperty(
      fc.array(storeCommand, { minLength: 10, maxLength: 25, size: 'max' }),
      async (commands) => {
        const clock = aheadClock();
        const model = memoryStore({ clock, buckets: bucketsOfModel });
        const store = dynamodbStore({ client, table: await newTable(), clock, buckets: bucketsOfModel });
        const [runModel, run] = [createCommandRunner(model), createCommandRunner(store)];
        for (const [index, command] of commands.entries()) {
          if (command.does === 'wait') await clock.advance(command.ms);
          const id = `m${index}`;
          expect({ command, answer: await run(command, id) }).toEqual({ command, answer: await runModel(command, id) });
        }
        expect(await shownBy(store)).toEqual(await shownBy(model));
      },
    );
    await fc.assert(property, { numRuns: 6 });
  });
});
