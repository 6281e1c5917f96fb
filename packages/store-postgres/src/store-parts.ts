import { createCompleteClaims } from './claims/create-complete-claims.ts';
import { createMakeClaims } from './claims/create-make-claims.ts';
import { createPruneInbox } from './claims/create-prune-inbox.ts';
import type { PruneInbox } from './claims/create-prune-inbox.ts';
import { createChangeDeadLetters } from './dead-letters/create-change-dead-letters.ts';
import { createReadDeadLetters } from './dead-letters/create-read-dead-letters.ts';
import type { ReadDeadLetters } from './dead-letters/create-read-dead-letters.ts';
import { epochExpression } from './epoch-expression.ts';
import type { PostgresStoreSettings } from './options.ts';
import { createDeleteOutbox } from './outbox/delete-outbox.ts';
import type { DeleteOutbox } from './outbox/delete-outbox.ts';
import { createEnqueueDrafts } from './outbox/enqueue-drafts.ts';
import { createInspectStore } from './outbox/inspect-store.ts';
import type { InspectStore } from './outbox/inspect-store.ts';
import { createLeaseBuckets } from './outbox/lease-buckets.ts';
import type { LeaseBuckets } from './outbox/lease-buckets.ts';
import { createMoveDue } from './outbox/move-due.ts';
import { createOutboxMap } from './outbox/outbox-map.ts';
import { createReadOutbox } from './outbox/read-outbox.ts';
import type { ReadOutbox } from './outbox/read-outbox.ts';
import { RowHints } from './outbox/row-hints.ts';
import { createScheduleDrafts } from './outbox/schedule-drafts.ts';
import { quoteSchema } from './schema/quote-schema.ts';
import type { TransactionParts } from './store-transaction.ts';

/** Everything that a store does with statements; their texts are built here, once. */
export interface StoreParts extends TransactionParts {
  readonly leaseBuckets: LeaseBuckets;
  readonly readOutbox: ReadOutbox;
  readonly deleteOutbox: DeleteOutbox;
  readonly readDeadLetters: ReadDeadLetters;
  readonly inspectStore: InspectStore;
  readonly pruneInbox: PruneInbox;
  readonly hints: RowHints;
}

export function storeParts({ database, schema: name, buckets, notify }: PostgresStoreSettings): StoreParts {
  const schema = quoteSchema(name);
  const epoch = epochExpression(database.kind, schema);
  const map = createOutboxMap({ schema });
  const drafts = { schema, buckets, epoch };
  return {
    makeClaims: createMakeClaims({ schema }),
    completeClaims: createCompleteClaims({ schema }),
    enqueueDrafts: createScheduleDrafts(drafts, createEnqueueDrafts(drafts)),
    changeDeadLetters: createChangeDeadLetters({ schema }),
    leaseBuckets: createLeaseBuckets({ schema }),
    readOutbox: createReadOutbox({ schema, epoch, map, moveDue: createMoveDue({ schema, epoch }) }),
    deleteOutbox: createDeleteOutbox({ schema }),
    readDeadLetters: createReadDeadLetters({ schema }),
    inspectStore: createInspectStore({ schema, buckets, map }),
    pruneInbox: createPruneInbox({ schema }),
    hints: new RowHints({ database, buckets, channel: `${name}_outbox`.slice(0, 63), isOn: notify }),
  };
}
