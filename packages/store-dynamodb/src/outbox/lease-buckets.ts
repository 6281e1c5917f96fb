import { DeleteItemCommand, TransactWriteItemsCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { BucketGrant, BucketLease, BucketRequest } from '@waybill/core/driver';
import { errorCodeOf } from '../error-code-of.ts';
import { expiryOf } from '../items/expiry.ts';
import { indexedText } from '../items/indexed-text.ts';
import { itemKeys } from '../items/item-keys.ts';
import { keyValues, numberValue, readNumber, textValue } from '../items/item.ts';
import type { DynamodbSettings } from '../options.ts';
import { readRelayItems } from './relay-items.ts';
import type { BucketHolder, RelayItems } from './relay-items.ts';

/** How long the item of a relay that is gone lies about. */
const traceMs = 3_600_000;

/**
 * Renews the lease of a relay, which holds for all its buckets with one write, and then gives up or takes buckets. Who takes a bucket over
 * holds the lease that it saw run out under a condition, so a renewal in between keeps the bucket.
 */
export async function leaseBuckets(settings: DynamodbSettings, request: BucketRequest): Promise<BucketGrant> {
  const owner = indexedText(request.owner);
  const nowMs = settings.clock.now();
  const wasAlive = await renew(settings, owner, nowMs, request);
  const items = await readRelayItems(settings);
  const held = items.buckets.filter((holder) => wasAlive && holder.owner === owner);
  const kept = held.slice(0, request.bucketsMax);
  await Promise.all(held.slice(kept.length).map((holder) => giveUp(settings, holder)));
  const free = items.buckets.filter((holder) => !held.includes(holder) && isFree(holder, owner, items, nowMs));
  const taken = await takeSome(settings, free, request.bucketsMax - kept.length, owner, items);
  // Held under a lease that ran out and not taken again: under the new one they would look held, and nobody would serve them.
  const left = free.filter((holder) => holder.owner === owner && !taken.some(({ bucket }) => bucket === holder.bucket));
  await Promise.all(left.map((holder) => giveUp(settings, holder)));
  if (request.bucketsMax === 0) await leave(settings, owner);
  const leases = [...kept.map(({ bucket, token }) => ({ bucket, token })), ...taken];
  return {
    leases: leases.toSorted((one, other) => one.bucket - other.bucket),
    relays: countRelays(items, nowMs, request.bucketsMax === 0 ? owner : undefined),
  };
}

/** Whether the relay's last lease still held. */
async function renew(
  { client, table }: DynamodbSettings,
  owner: string,
  nowMs: number,
  { leaseMs }: BucketRequest,
): Promise<boolean> {
  const untilMs = nowMs + leaseMs;
  const { Attributes: before } = await client.send(
    new UpdateItemCommand({
      TableName: table,
      Key: keyValues(itemKeys.relay(owner)),
      UpdateExpression: 'SET #owner = :owner, leaseUntil = :until, expiresAt = :expires',
      ExpressionAttributeNames: { '#owner': 'owner' },
      ExpressionAttributeValues: {
        ':owner': textValue(owner),
        ':until': numberValue(untilMs),
        ':expires': expiryOf(untilMs + traceMs)['expiresAt'] ?? numberValue(0),
      },
      ReturnValues: 'ALL_OLD',
    }),
  );
  return nowMs < (readNumber(before ?? {}, 'leaseUntil') ?? 0);
}

function isFree(holder: BucketHolder, owner: string, { leaseUntilMs }: RelayItems, nowMs: number): boolean {
  // What is its own here was held under a lease that ran out: somebody else may have had it in between.
  return holder.owner === '' || holder.owner === owner || (leaseUntilMs.get(holder.owner) ?? 0) <= nowMs;
}

function countRelays({ leaseUntilMs }: RelayItems, nowMs: number, without: string | undefined): number {
  return [...leaseUntilMs].filter(([owner, untilMs]) => owner !== without && nowMs < untilMs).length;
}

/**
 * The lowest numbers first; those that somebody else was faster with are left to them. One after the other: transactions that hold the same
 * lease by a condition conflict with each other.
 */
async function takeSome(
  settings: DynamodbSettings,
  free: readonly BucketHolder[],
  wanted: number,
  owner: string,
  items: RelayItems,
): Promise<readonly BucketLease[]> {
  const taken: BucketLease[] = [];
  for (const holder of free) {
    if (taken.length >= wanted) break;
    const lease = await take(settings, holder, owner, items);
    if (lease !== undefined) taken.push(lease);
  }
  return taken;
}

async function take(
  settings: DynamodbSettings,
  holder: BucketHolder,
  owner: string,
  { leaseUntilMs }: RelayItems,
): Promise<BucketLease | undefined> {
  const { bucket } = holder;
  const token = holder.token + 1;
  const write = changeHolder(settings, holder, owner, token);
  const isOthers = holder.owner !== '' && holder.owner !== owner;
  const check = isOthers ? [stillRunOut(settings, holder.owner, leaseUntilMs.get(holder.owner))] : [];
  return (await isDone(settings, [write, ...check])) ? { bucket, token } : undefined;
}

/** The holder that was seen must still be it. */
const changeHolder = (
  { table }: DynamodbSettings,
  seen: BucketHolder,
  owner: string,
  token: number,
): TransactWriteItem => ({
  Update: {
    TableName: table,
    Key: keyValues(itemKeys.bucket(seen.bucket)),
    UpdateExpression: 'SET #owner = :owner, #token = :token',
    ConditionExpression: seen.token === 0 ? 'attribute_not_exists(pk)' : '#token = :seenToken AND #owner = :seenOwner',
    ExpressionAttributeNames: { '#owner': 'owner', '#token': 'token' },
    ExpressionAttributeValues: {
      ':owner': textValue(owner),
      ':token': numberValue(token),
      ...(seen.token === 0 ? {} : { ':seenToken': numberValue(seen.token), ':seenOwner': textValue(seen.owner) }),
    },
  },
});

const stillRunOut = ({ table }: DynamodbSettings, owner: string, untilMs: number | undefined): TransactWriteItem => ({
  ConditionCheck: {
    TableName: table,
    Key: keyValues(itemKeys.relay(owner)),
    ...(untilMs === undefined
      ? { ConditionExpression: 'attribute_not_exists(pk)' }
      : {
          ConditionExpression: 'attribute_not_exists(pk) OR leaseUntil = :seen',
          ExpressionAttributeValues: { ':seen': numberValue(untilMs) },
        }),
  },
});

async function giveUp(settings: DynamodbSettings, holder: BucketHolder): Promise<void> {
  await isDone(settings, [changeHolder(settings, holder, '', holder.token)]);
}

async function leave({ client, table }: DynamodbSettings, owner: string): Promise<void> {
  await client.send(new DeleteItemCommand({ TableName: table, Key: keyValues(itemKeys.relay(owner)) }));
}

async function isDone({ client }: DynamodbSettings, writes: readonly TransactWriteItem[]): Promise<boolean> {
  try {
    await client.send(new TransactWriteItemsCommand({ TransactItems: [...writes] }));
    return true;
  } catch (error) {
    if (errorCodeOf(error) === 'write-conflict') return false;
    throw error;
  }
}
