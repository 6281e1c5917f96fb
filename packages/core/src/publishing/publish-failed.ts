import type { ChannelAddress } from '../driver/index.ts';
import { BusError } from '../errors/bus-error.ts';
import type { PublishResult } from './publish-entry.ts';

/** The error of a publish that was not confirmed. */
export function publishFailed(
  address: ChannelAddress,
  id: string,
  result: Exclude<PublishResult, { status: 'confirmed' }>,
): BusError {
  const isUnknown = result.status === 'unknown';
  return new BusError({
    code: isUnknown ? 'publish-unknown' : 'publish-rejected',
    message: isUnknown
      ? `Message ${id} may have reached ${address.channel}.`
      : `Message ${id} was not taken by ${address.channel}.`,
    cause: result.error,
  });
}
