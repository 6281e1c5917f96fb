import type { Random } from '@waybill/core/driver';

/** The machine's chance, for a transport that is given no other. */
export const systemRandom: Random = () => Math.random();
