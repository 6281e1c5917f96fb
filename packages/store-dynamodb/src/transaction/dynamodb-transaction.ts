import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import type {
  ConditionCheck,
  Delete,
  GetItemCommandInput,
  Put,
  TransactWriteItem,
  Update,
} from '@aws-sdk/client-dynamodb';
import type { Item } from '../items/item.ts';
import type { DynamodbClient } from '../options.ts';

/**
 * What a handler works with: reads at once, writes that are collected and committed with the store's marks, all or none. A condition that
 * fails at the commit runs the handler again, so read first and decide there what is a matter of business, such as sold-out stock; the
 * condition is for what changes between the reading and the commit. DynamoDB takes each item once per transaction.
 */
export interface DynamodbTransaction {
  /** As committed last; the writes of this transaction are not seen. */
  readonly get: (input: Omit<GetItemCommandInput, 'ConsistentRead'>) => Promise<Item | undefined>;
  readonly put: (write: Put) => void;
  readonly update: (write: Update) => void;
  readonly delete: (write: Delete) => void;
  /** Commits only if the condition holds. */
  readonly check: (check: ConditionCheck) => void;
}

/** Collects into `writes`. */
export function createDynamodbTransaction(
  client: DynamodbClient,
  writes: TransactWriteItem[],
  requireOpen: () => void,
): DynamodbTransaction {
  const add = (write: TransactWriteItem): void => {
    requireOpen();
    writes.push(write);
  };
  return {
    get: async (input) => {
      requireOpen();
      const { Item } = await client.send(new GetItemCommand({ ...input, ConsistentRead: true }));
      return Item;
    },
    put: (write) => add({ Put: write }),
    update: (write) => add({ Update: write }),
    delete: (write) => add({ Delete: write }),
    check: (check) => add({ ConditionCheck: check }),
  };
}
