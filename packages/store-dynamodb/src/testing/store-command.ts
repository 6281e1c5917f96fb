import type { BucketLease, Claim, DeadLetterDraft, OutboxDraft, StoreDriver } from '@waybill/core/driver';
import fc from 'fast-check';

/** One call of a store, made so that its answer can be compared between stores. */
export type StoreCommand =
  | {
      readonly does: 'work';
      readonly claims: readonly Claim[];
      readonly publishes: readonly string[];
      readonly fails: boolean;
    }
  | { readonly does: 'complete'; readonly key: string; readonly owner?: string }
  | {
      readonly does: 'put-letter';
      readonly id: string;
      readonly key: string;
      readonly parksKey: boolean;
      readonly takesRow: boolean;
    }
  | { readonly does: 'remove-letter' | 'count-replay'; readonly id: string }
  | { readonly does: 'lease'; readonly owner: string; readonly bucketsMax: number }
  | { readonly does: 'send'; readonly owner: string; readonly key: string }
  | { readonly does: 'wait'; readonly ms: number };

export const bucketsOfModel = 3;

const key = fc.constantFrom('a', 'b', 'c');
const leaseMs = fc.constantFrom(0, 1000);
const completer = fc.constantFrom('one', 'one', 'two');
const claim: fc.Arbitrary<Claim> = fc.oneof(
  fc.record(
    {
      kind: fc.constant('identity' as const),
      scope: fc.constant('s'),
      key,
      fingerprint: fc.constantFrom('f', 'f', 'g'),
      leaseMs,
      owner: completer,
    },
    { requiredKeys: ['kind', 'scope', 'key', 'fingerprint', 'leaseMs'] },
  ),
  fc.record({
    kind: fc.constant('sequence' as const),
    scope: fc.constant('s'),
    channel: fc.constant('c'),
    key,
    epoch: fc.constantFrom('7.1.5', '7.1.5', '7.1.5', '7.2.5', 'x'),
    sequence: fc.integer({ min: 1, max: 4 }),
    firstSequence: fc.constant(1),
    overGap: fc.constantFrom(false, false, true),
  }),
  fc.record({
    kind: fc.constant('open-key' as const),
    scope: fc.constantFrom('s', 'outbox'),
    channel: fc.constant('c'),
    key,
  }),
);
const letterId = fc.constantFrom('l1', 'l2', 'l3');
const owner = fc.constantFrom('one', 'two');

export const storeCommand: fc.Arbitrary<StoreCommand> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constant('work' as const),
      claims: fc.array(claim, { maxLength: 3 }),
      publishes: fc.array(key, { maxLength: 3 }),
      fails: fc.constantFrom(false, false, false, true),
    }),
  },
  fc.record({ does: fc.constant('complete' as const), key, owner: completer }, { requiredKeys: ['does', 'key'] }),
  fc.record({
    does: fc.constant('put-letter' as const),
    id: letterId,
    key,
    parksKey: fc.boolean(),
    takesRow: fc.boolean(),
  }),
  fc.record({ does: fc.constantFrom('remove-letter' as const, 'count-replay' as const), id: letterId }),
  fc.record({ does: fc.constant('lease' as const), owner, bucketsMax: fc.integer({ min: 0, max: bucketsOfModel }) }),
  fc.record({ does: fc.constant('send' as const), owner, key }),
  fc.record({ does: fc.constant('wait' as const), ms: fc.constantFrom(400, 1100) }),
);

const draft = (id: string, orderingKey: string): OutboxDraft => ({
  address: { kind: 'command', channel: 'c' },
  id,
  key: orderingKey,
  deduplicationKey: id,
  headers: {},
  body: new TextEncoder().encode(id),
  delayMs: 0,
});

const letter = (id: string, orderingKey: string): DeadLetterDraft => ({
  id,
  subscription: orderingKey === 'a' ? 'outbox' : 's',
  kind: 'command',
  channel: 'c',
  messageId: id,
  key: orderingKey,
  deduplicationKey: id,
  headers: {},
  body: new Uint8Array([1]),
  reason: 'handler-failed',
  error: '',
  attempts: 1,
  role: 'poison',
  firstFailedAtMs: 0,
  origin: undefined,
});

const everything = {
  buckets: Array.from({ length: bucketsOfModel }, (_, bucket) => bucket),
  blocked: [],
  blockedChannels: [],
  limit: 1000,
};

/** Runs commands on one store and remembers what its relays hold. */
export function createCommandRunner(store: StoreDriver): (command: StoreCommand, id: string) => Promise<unknown> {
  const leases = new Map<string, readonly BucketLease[]>();
  const rowsOf = async (orderingKey: string) =>
    (await store.readOutbox(everything)).rows.filter((row) => row.key === orderingKey);

  const answerTo = async (command: StoreCommand, id: string): Promise<unknown> => {
    switch (command.does) {
      case 'work':
        return store.transaction(async (transaction) => {
          const outcomes = await transaction.claim(command.claims);
          await transaction.enqueue(command.publishes.map((one, index) => draft(`${id}.${index}`, one)));
          if (command.fails) throw new Error('rolled back');
          return outcomes;
        });
      case 'complete': {
        const answer = new TextEncoder().encode(id);
        const { does: _, ...completion } = command;
        return store.transaction(({ complete }) => complete([{ scope: 's', ...completion, answer }]));
      }
      case 'put-letter': {
        const [row] = command.takesRow ? await rowsOf(command.key) : [];
        const put = { change: 'put', letter: letter(command.id, command.key), parksKey: command.parksKey } as const;
        return store.transaction(({ changeDeadLetters }) => changeDeadLetters([{ ...put, outboxRowId: row?.rowId }]));
      }
      case 'remove-letter':
      case 'count-replay': {
        const change = command.does === 'count-replay' ? 'count-replay' : 'remove';
        return store.transaction(({ changeDeadLetters }) => changeDeadLetters([{ change, id: command.id }]));
      }
      case 'lease': {
        const grant = await store.leaseBuckets({ owner: command.owner, bucketsMax: command.bucketsMax, leaseMs: 1000 });
        leases.set(command.owner, grant.leases);
        return grant;
      }
      case 'send': {
        const rowIds = (await rowsOf(command.key)).slice(0, 2).map(({ rowId }) => rowId);
        return store.deleteOutbox({ rowIds, leases: leases.get(command.owner) ?? [] });
      }
      case 'wait':
        return undefined;
      default:
        return command satisfies never;
    }
  };
  return (command, id) => answerTo(command, id).catch((error: unknown) => store.codeOf(error));
}

/** Everything that a store shows, without what each names as it likes. */
export async function shownBy(store: StoreDriver): Promise<unknown> {
  const { rows } = await store.readOutbox(everything);
  const { letters } = await store.readDeadLetters({
    subscription: undefined,
    key: undefined,
    ids: undefined,
    after: 0,
    limit: 100,
  });
  const shown = rows.map((row) => ({ ...row, rowId: 0, epoch: '' }));
  return {
    lanes: ['a', 'b', 'c'].map((name) => shown.filter((row) => row.key === name)),
    letters,
    inspection: await store.inspect(),
  };
}
