import { PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type {
  ConditionalCheckFailedException,
  PutItemCommandInput,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { numberValue } from '../items/item.ts';
import type { Item } from '../items/item.ts';
import type { DynamodbClient } from '../options.ts';

/** Done, or the item that was in the way (`undefined` when none was there). */
export type WriteEnd = { readonly isDone: true } | { readonly isDone: false; readonly found: Item | undefined };

/** An item that is absent, or is there but no longer counts: time to live deletes days late. Takes `nowValue`. */
export const absentOrExpired = 'attribute_not_exists(pk) OR expiresAt <= :nowSeconds';

/** The value of `:nowSeconds`. */
export const nowValue = (nowMs: number): Item => ({ ':nowSeconds': numberValue(Math.floor(nowMs / 1000)) });

const ALL_OLD = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;

/** A put under a condition, whose refusal is an answer. */
export const putIf = (client: DynamodbClient, input: PutItemCommandInput): Promise<WriteEnd> =>
  endOf(client.send(new PutItemCommand({ ...input, ...ALL_OLD })));

/** An update under a condition, whose refusal is an answer. */
export const updateIf = (client: DynamodbClient, input: UpdateItemCommandInput): Promise<WriteEnd> =>
  endOf(client.send(new UpdateItemCommand({ ...input, ...ALL_OLD })));

async function endOf(writing: Promise<unknown>): Promise<WriteEnd> {
  try {
    await writing;
    return { isDone: true };
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ConditionalCheckFailedException') throw error;
    return { isDone: false, found: (error as ConditionalCheckFailedException).Item };
  }
}
