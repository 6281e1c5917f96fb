import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { expiryOf, isExpired } from '../items/expiry.ts';
import { keyValues, readText, textValue } from '../items/item.ts';
import { recordKeys } from './record-keys.ts';
import { readRecordOptions, requireKey } from './record-options.ts';
import type { RecordOptions } from './record-options.ts';
import { absentOrExpired, nowValue, putIf } from './write-if.ts';

export interface WorkflowStateOptions<State> extends RecordOptions {
  /** Checks what was read, such as `schema.parse`. */
  readonly parse: (stored: unknown) => State;
  /** How long a state counts after its last write. Default 86,400,000 (a day). */
  readonly retentionMs?: number;
}

export interface WorkflowSnapshot<State> {
  readonly state: State;
  /** Names this write; never the same twice. */
  readonly version: string;
}

/** Where a workflow of minutes or hours stands. It is gone after `retentionMs`, whether DynamoDB has deleted it or not. */
export interface WorkflowStates<State> {
  readonly read: (workflowId: string) => Promise<WorkflowSnapshot<State> | undefined>;
  /**
   * Writes if nobody has written since `seen`; `undefined` = if there is none. Answers with the new version, or `undefined` when somebody was
   * faster: read again and decide anew.
   */
  readonly write: (workflowId: string, state: State, seen: string | undefined) => Promise<string | undefined>;
}

const dayMs = 86_400_000;

/** @throws DynamodbStoreError `illegal-options` */
export function workflowState<State>(options: WorkflowStateOptions<State>): WorkflowStates<State> {
  const { parse, retentionMs = dayMs } = options;
  const { client, table, clock, newId } = readRecordOptions('workflowState', options, { retentionMs });
  const keyOf = (workflowId: string) => keyValues(recordKeys.workflow(requireKey(workflowId, 'workflow')));
  return {
    read: async (workflowId) => {
      const { Item: found } = await client.send(
        new GetItemCommand({ TableName: table, Key: keyOf(workflowId), ConsistentRead: true }),
      );
      if (found === undefined || isExpired(found, clock.now())) return undefined;
      return { state: parse(JSON.parse(readText(found, 'state'))), version: readText(found, 'version') };
    },
    write: async (workflowId, state, seen) => {
      const nowMs = clock.now();
      const version = newId();
      const end = await putIf(client, {
        TableName: table,
        Item: {
          ...keyOf(workflowId),
          state: textValue(JSON.stringify(state)),
          version: textValue(version),
          ...expiryOf(nowMs + retentionMs),
        },
        ...(seen === undefined ? isAbsent(nowMs) : isUnchanged(seen, nowMs)),
      });
      // The SDK may have sent the put twice; then the write in the way is this one.
      const isDone = end.isDone || (end.found !== undefined && readText(end.found, 'version') === version);
      return isDone ? version : undefined;
    },
  };
}

const isAbsent = (nowMs: number) => ({
  ConditionExpression: absentOrExpired,
  ExpressionAttributeValues: nowValue(nowMs),
});

const isUnchanged = (seen: string, nowMs: number) => ({
  ConditionExpression: '#version = :seen AND (attribute_not_exists(expiresAt) OR expiresAt > :nowSeconds)',
  ExpressionAttributeNames: { '#version': 'version' },
  ExpressionAttributeValues: { ...nowValue(nowMs), ':seen': textValue(seen) },
});
