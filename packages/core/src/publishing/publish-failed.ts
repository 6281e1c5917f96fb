import type { ChannelAddress } from '../driver/index.ts';
import { BusError } from '../errors/bus-error.ts';
import { wrapDriverError } from '../errors/wrap-driver-error.ts';
import type { PublishResult } from './publish-entry.ts';
import type { PublishPort } from './publish-port.ts';

/** The error of a publish that was not confirmed; its cause has the driver's code. */
export function publishFailed(
  address: ChannelAddress,
  id: string,
  result: Exclude<PublishResult, { status: 'confirmed' }>,
  { codeOf }: Pick<PublishPort, 'codeOf'>,
): BusError {
  const isUnknown = result.status === 'unknown';
  return new BusError({
    code: isUnknown ? 'publish-unknown' : 'publish-rejected',
    message: isUnknown
      ? `Message ${id} may have reached ${address.channel}.`
      : `Message ${id} was not taken by ${address.channel}.`,
    cause: wrapDriverError(result.error, { codeOf, action: `Publishing to ${address.channel} failed` }),
  });
}
