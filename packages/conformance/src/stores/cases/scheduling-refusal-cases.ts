import { createBus, defineEvent, isBusError } from '@waybill/core';
import { inProcessTransport } from '@waybill/core/testing';
import { z } from 'zod';
import { check } from '../../harness/check.ts';
import type { StoreWorld } from '../harness/store-world.ts';
import { storePropertiesOf } from '../properties/store-properties.ts';
import { refuses } from './store-case.ts';
import type { StoreCase } from './store-case.ts';

/** A delay that neither broker nor store can keep is refused at the publish, with the name of the store that could not. */
export const schedulingRefusalCases: readonly StoreCase[] = storePropertiesOf('SCH').map((id) =>
  refuses(id, 'a delay that only a store could keep is refused', checkDelayRefused),
);

async function checkDelayRefused(world: StoreWorld): Promise<void> {
  const store = await world.open();
  const inProcess = inProcessTransport({ clock: world.clock });
  const delay = { level: 'unsupported', source: 'this case', delayMsMax: 0, keepsOrder: false } as const;
  const transport = { ...inProcess, capabilities: { ...inProcess.capabilities, delay } };
  const bus = createBus({ transport, store, clock: world.clock, relay: 'off' });
  world.defer(() => bus.stop());
  await bus.start();
  const event = defineEvent({ name: `${world.runId}-late`, version: 1, schema: z.object({}) });
  const refusal = await bus.publish(event, {}, { delayMs: 86_400_000 }).then(
    () => 'no error',
    (error: unknown) => (isBusError(error) ? `${error.code}: ${error.message}` : String(error)),
  );
  check(
    refusal.startsWith('delay-unsupported') && refusal.includes(`store ${store.name}`),
    `a delay that the store cannot keep was answered with ${refusal}`,
  );
}
