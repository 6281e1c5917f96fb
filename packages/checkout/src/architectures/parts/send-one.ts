import type { TransportMessage, TransportSender } from '@waybill/core/driver';

/**
 * One call to a service that is driven without a bus, because it can carry no envelope: Firehose keeps bodies only, CloudTrail
 * keys only.
 * @throws what the service answered, unless it has confirmed
 */
export async function sendOne(sender: TransportSender, id: string, body: unknown): Promise<void> {
  const message: TransportMessage = {
    id,
    key: id,
    deduplicationKey: id,
    headers: {},
    body: new TextEncoder().encode(JSON.stringify(body)),
    delayMs: 0,
  };
  const [outcome] = await sender.sendBatch([message]);
  if (outcome?.status !== 'confirmed') throw outcome?.error;
}
