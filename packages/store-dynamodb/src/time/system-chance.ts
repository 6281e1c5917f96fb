import { randomUUID } from 'node:crypto';
import type { NewId, Random } from '@waybill/core/driver';

/** The machine's chance, for a store that is given no other. */
export const systemRandom: Random = () => Math.random();

/** Ids for a store that is given no other. At most 36 characters: DynamoDB takes no longer request token. */
export const systemNewId: NewId = () => randomUUID();
