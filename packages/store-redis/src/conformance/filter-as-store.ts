import type {
  Claim,
  ClaimOutcome,
  Completion,
  IdentityClaim,
  StoreCapabilities,
  StoreDriver,
} from '@waybill/core/driver';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { requestFilter } from '../filter/request-filter.ts';
import type { FilterClaim, FilterTicket, RequestFilter } from '../filter/request-filter.ts';

/** Of claims that are to be kept for ever, which a filter does not. */
const keepMsMax = 3_600_000;
/** Of a claim that is final at once: it is completed by the next command. */
const momentMs = 60_000;

/**
 * The request filter behind the face of a store, to be asked what stores are asked: it claims identities one by one and has nothing else. What is
 * claimed stands at once, whatever becomes of the work.
 */
export function filterAsStore(connection: RedisConnection): StoreDriver<undefined> {
  const filters = new Map<string, RequestFilter>();
  const tickets = new Map<string, OpenTicket>();
  const filterOf = (leaseMs: number, keepMs: number): RequestFilter => {
    const name = `${leaseMs}/${keepMs}`;
    const known = filters.get(name);
    if (known !== undefined) return known;
    const created = requestFilter({ connection, name: 'inbox', onFailure: 'closed', leaseMs, keepMs });
    filters.set(name, created);
    return created;
  };

  const claimOne = async (claim: Claim): Promise<ClaimOutcome> => {
    if (claim.kind !== 'identity') throw unsupported(claim.kind);
    const { leaseMs, fingerprint, retentionMs = keepMsMax }: IdentityClaim = claim;
    const filter = filterOf(leaseMs === 0 ? momentMs : leaseMs, retentionMs);
    const found = await filter.claim(nameOf(claim), fingerprint);
    if (found.status !== 'claimed') return outcomeOf(found);
    if (leaseMs === 0) await filter.complete(found.ticket);
    else tickets.set(holderOf(claim), { filter, ticket: found.ticket });
    return { status: 'claimed' };
  };
  const completeOne = async (completion: Completion): Promise<void> => {
    const holder = holderOf(completion);
    const open = tickets.get(holder);
    tickets.delete(holder);
    if (!(await open?.filter.complete(open.ticket, completion.answer)))
      throw new FilterStoreError('not-found', 'Nothing is in progress under this key.');
  };

  return {
    specVersion: 1,
    name: 'redis',
    capabilities,
    transaction: (work) =>
      work({
        native: undefined,
        claim: async (claims) => {
          const outcomes: ClaimOutcome[] = [];
          for (const claim of claims) outcomes.push(await claimOne(claim));
          return outcomes;
        },
        complete: async (completions) => {
          for (const completion of completions) await completeOne(completion);
        },
        enqueue: () => Promise.reject(unsupported('enqueue')),
        changeDeadLetters: () => Promise.reject(unsupported('changeDeadLetters')),
      }),
    leaseBuckets: () => Promise.reject(unsupported('leaseBuckets')),
    readOutbox: () => Promise.reject(unsupported('readOutbox')),
    deleteOutbox: () => Promise.reject(unsupported('deleteOutbox')),
    readDeadLetters: () => Promise.reject(unsupported('readDeadLetters')),
    inspect: () => Promise.reject(unsupported('inspect')),
    codeOf: (error) => (error instanceof FilterStoreError ? error.code : 'unknown'),
    close: () => connection.close(),
  };
}

class FilterStoreError extends Error {
  readonly code: 'not-found' | 'unknown';

  constructor(code: 'not-found' | 'unknown', message: string) {
    super(message);
    this.name = 'FilterStoreError';
    this.code = code;
  }
}

const unsupported = (what: string): FilterStoreError =>
  new FilterStoreError('unknown', `A filter has no ${what}; its capabilities say so.`);

interface OpenTicket {
  readonly filter: RequestFilter;
  readonly ticket: FilterTicket;
}

const holderOf = ({ scope, key, owner }: Pick<IdentityClaim, 'scope' | 'key' | 'owner'>): string =>
  JSON.stringify([scope, key, owner]);

/** JSON, so that no two pairs are one text. */
const nameOf = ({ scope, key }: Pick<IdentityClaim, 'scope' | 'key'>): string => JSON.stringify([scope, key]);

function outcomeOf(found: Exclude<FilterClaim, { readonly status: 'claimed' }>): ClaimOutcome {
  if (found.status === 'unfiltered') throw new FilterStoreError('unknown', 'A fail-closed filter let a claim through.');
  return found.status === 'done' ? { status: 'duplicate', answer: found.answer } : found;
}

const none = { level: 'unsupported', source: 'a filter in front of a store' } as const;
const native = { level: 'native', source: 'packages/store-redis and its tests' } as const;

const capabilities: StoreCapabilities = {
  durability: none,
  transactions: none,
  claims: { ...native, batchMax: 100 },
  sequences: none,
  outbox: { ...none, buckets: 1, readMax: 1 },
  scheduling: { ...none, delayMsMax: 0 },
  deadLetters: { ...none, pageMax: 1 },
  keys: { ...native, keyBytesMax: Infinity },
};
