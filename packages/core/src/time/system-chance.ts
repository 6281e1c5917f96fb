import type { NewId, Random } from '../driver/index.ts';
import { createUuidSource } from './create-uuid-source.ts';

export const systemRandom: Random = () => Math.random();

export const systemNewId: NewId = createUuidSource((bytes) => crypto.getRandomValues(bytes));
