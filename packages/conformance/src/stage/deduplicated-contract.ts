import { defineCommand, defineEvent } from '@waybill/core';
import type { Command, Event } from '@waybill/core';
import { z } from 'zod';
import type { World } from '../harness/world.ts';
import type { Numbered } from './open-bus.ts';

const schema = z.object({ key: z.string(), seq: z.int() });
const orderingKey = ({ key }: Numbered): string => key;
/** Two publishes of one number of one key are the same business fact. */
const deduplicationKey = ({ key, seq }: Numbered): string => `${key}/${seq}`;

export function deduplicatedCommand({ runId }: World, suffix = ''): Command<Numbered> {
  return defineCommand({ name: `${runId}-dup${suffix}`, version: 1, schema, orderingKey, deduplicationKey });
}

export function deduplicatedEvent({ runId }: World): Event<Numbered> {
  return defineEvent({ name: `${runId}-dup`, version: 1, schema, orderingKey, deduplicationKey });
}

/** The key alone is the identity, so that one identity can come with two payloads. */
export function keyedCommand({ runId }: World): Command<Numbered> {
  return defineCommand({ name: `${runId}-dup`, version: 1, schema, orderingKey, deduplicationKey: orderingKey });
}

/** Without an order to keep, so that copies of one identity can be published and handled side by side. */
export function unorderedCommand({ runId }: World): Command<Numbered> {
  return defineCommand({ name: `${runId}-dup`, version: 1, schema, deduplicationKey });
}
