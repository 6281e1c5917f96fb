import { randomUUID } from 'node:crypto';
import type { NewId, Random } from '@waybill/core/driver';

/** The machine's chance, for a connection that is given no other. */
export const systemRandom: Random = () => Math.random();

/** Tokens of ownership: nobody guesses one. */
export const systemNewId: NewId = () => randomUUID();
