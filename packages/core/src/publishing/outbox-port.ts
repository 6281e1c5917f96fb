import type { OutboxDraft, StoreDriver } from '../driver/index.ts';
import type { RunTransaction } from '../handling/run-transaction.ts';
import type { PublishResult } from './publish-entry.ts';
import type { PublishPort } from './publish-port.ts';

export interface OutboxPortOptions {
  readonly store: StoreDriver;
  readonly runTransaction: RunTransaction;
  /** Most messages written by one transaction. */
  readonly batchMax: number;
  readonly onCommitted: () => void;
}

interface Waiting {
  readonly draft: OutboxDraft;
  readonly settle: (result: PublishResult) => void;
}

/**
 * Publishes through the outbox: what is published in one turn is numbered and written by one transaction, one after the other, so
 * that the numbers follow the calls. Confirmed means committed; the relay does the rest.
 */
export function createOutboxPort(options: OutboxPortOptions): PublishPort {
  const pending: Waiting[] = [];
  let unconfirmed = 0;
  let writing: Promise<void> | undefined;

  const writeAll = async (): Promise<void> => {
    // A microtask later everything that this turn publishes is here.
    await Promise.resolve();
    while (pending.length > 0) await write(pending.splice(0, options.batchMax));
    writing = undefined;
  };

  const write = async (batch: readonly Waiting[]): Promise<void> => {
    const result = await commit(batch.map(({ draft }) => draft));
    unconfirmed -= batch.length;
    for (const { settle } of batch) settle(result);
    if (result.status !== 'rejected') options.onCommitted();
  };

  const commit = async (drafts: readonly OutboxDraft[]): Promise<PublishResult> => {
    try {
      await options.runTransaction((transaction) => transaction.enqueue(drafts));
      return { status: 'confirmed' };
    } catch (error) {
      return { status: options.store.codeOf(error) === 'commit-unknown' ? 'unknown' : 'rejected', error };
    }
  };

  return {
    get unconfirmed() {
      return unconfirmed;
    },
    publish: (address, message, settle) => {
      unconfirmed += 1;
      pending.push({ draft: { ...message, address }, settle });
      writing ??= writeAll();
    },
    codeOf: options.store.codeOf,
    close: async () => {
      await writing;
    },
  };
}
