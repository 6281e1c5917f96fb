import type { OutboxDraft } from '../driver/index.ts';
import { publishFailed } from './publish-failed.ts';
import type { PortFor } from './publish-port.ts';

/** Publishes drafts in order and resolves when all are confirmed. @throws `publish-rejected`, `publish-unknown` */
export type PublishNow = (drafts: readonly OutboxDraft[]) => Promise<void>;

export function createPublishNow(portFor: PortFor): PublishNow {
  return async (drafts) => {
    await Promise.all(drafts.map((draft) => publishDraft(portFor, draft)));
  };
}

function publishDraft(portFor: PortFor, draft: OutboxDraft): Promise<void> {
  const port = portFor(draft);
  return new Promise((resolve, reject) => {
    port.publish(draft.address, draft, (result) => {
      if (result.status === 'confirmed') resolve();
      else reject(publishFailed(draft.address, draft.id, result, port));
    });
  });
}
