import type { Publisher, PublishOptions, Published } from '../bus/bus.ts';
import type { Contract } from '../contracts/contract.ts';
import type { OutboxDraft } from '../driver/index.ts';
import { BusError } from '../errors/bus-error.ts';
import type { Lineage, PrepareMessage } from './prepare-message.ts';

/**
 * Collects what a handler or a transaction publishes, so that it leaves only if the work succeeds. Under a parent message the ids are
 * derived from the parent's and the place in the handler, so that a handler that runs again publishes the same messages.
 */
export interface CapturedPublishes extends Publisher {
  /**
   * Everything that was captured. What is published from here on is refused: it would be lost without a word.
   * @throws `transaction-closed` when a publish is still being prepared, because nobody has awaited it
   */
  readonly end: () => readonly OutboxDraft[];
}

export function createCapturedPublishes(prepare: PrepareMessage, lineage: Lineage | undefined): CapturedPublishes {
  const drafts: OutboxDraft[] = [];
  let count = 0;
  let preparing = 0;
  let hasEnded = false;

  const capture = async <Payload>(
    contract: Contract<Payload>,
    payload: Payload,
    options: PublishOptions | undefined,
  ): Promise<Published> => {
    if (hasEnded) throw notAwaited();
    const place = count;
    count += 1;
    const id = options?.id ?? (lineage === undefined ? undefined : `${lineage.idPrefix}.${place}`);
    preparing += 1;
    try {
      const prepared = prepare(contract, payload, { ...options, ...(id === undefined ? {} : { id }) }, lineage);
      const message = prepared instanceof Promise ? await prepared : prepared;
      drafts[place] = { ...message, address: { kind: contract.kind, channel: contract.name } };
      return { id: message.id };
    } finally {
      preparing -= 1;
    }
  };

  return {
    end: () => {
      hasEnded = true;
      if (preparing > 0) throw notAwaited();
      // A place stays empty when its payload was refused and the handler went on.
      return drafts.filter((draft) => draft !== undefined);
    },
    publish: capture,
    send: capture,
  };
}

const notAwaited = (): BusError =>
  new BusError({
    code: 'transaction-closed',
    message: 'A publish outlived the handler or the transaction it belongs to.',
  });
