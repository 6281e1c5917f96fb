import type { NewId, Random } from '../driver/index.ts';

export const systemRandom: Random = () => Math.random();

export const systemNewId: NewId = () => crypto.randomUUID();
