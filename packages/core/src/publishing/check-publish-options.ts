import type { PublishOptions } from '../bus/bus.ts';
import { BusError } from '../errors/bus-error.ts';

/** Total, so that an option cannot be added and then refused. */
const known: Readonly<Record<keyof PublishOptions, true>> = {
  id: true,
  delayMs: true,
  correlationId: true,
  tenant: true,
  traceparent: true,
  tracestate: true,
  headers: true,
};

/**
 * An option that does not exist, such as a priority, would be a promise that nobody keeps.
 * @throws `invalid-options`
 */
export function checkPublishOptions(contract: { readonly name: string }, options: PublishOptions): void {
  for (const name in options) {
    if (Object.hasOwn(known, name)) continue;
    throw new BusError({
      code: 'invalid-options',
      message: `Publishing ${contract.name} has no option ${name}.`,
      path: name,
    });
  }
}
