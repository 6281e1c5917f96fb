import type { Publisher, PublishOptions, Published } from '../bus/bus.ts';
import type { Contract } from '../contracts/contract.ts';
import type { OutboxDraft } from '../driver/index.ts';
import type { Lineage, PrepareMessage } from './prepare-message.ts';

/**
 * Collects what a handler or a transaction publishes, so that it leaves only if the work succeeds. Under a parent message the ids are
 * derived from the parent's and the place in the handler, so that a handler that runs again publishes the same messages.
 */
export interface CapturedPublishes extends Publisher {
  readonly drafts: readonly OutboxDraft[];
}

export function createCapturedPublishes(prepare: PrepareMessage, lineage: Lineage | undefined): CapturedPublishes {
  const drafts: OutboxDraft[] = [];
  let count = 0;

  const capture = async <Payload>(
    contract: Contract<Payload>,
    payload: Payload,
    options: PublishOptions | undefined,
  ): Promise<Published> => {
    const place = count;
    count += 1;
    const id = options?.id ?? (lineage === undefined ? undefined : `${lineage.idPrefix}.${place}`);
    const prepared = prepare(contract, payload, { ...options, ...(id === undefined ? {} : { id }) }, lineage);
    const message = prepared instanceof Promise ? await prepared : prepared;
    drafts[place] = { ...message, address: { kind: contract.kind, channel: contract.name } };
    return { id: message.id };
  };

  return {
    get drafts() {
      // A place stays empty when its payload was refused and the handler went on.
      return drafts.filter((draft) => draft !== undefined);
    },
    publish: capture,
    send: capture,
  };
}
