import type { NewId, Random } from '@waybill/core/driver';

export const systemRandom: Random = () => Math.random();

export const systemNewId: NewId = () => crypto.randomUUID();
