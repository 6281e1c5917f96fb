import { randomUUID } from 'node:crypto';
import type { NewId } from '@waybill/core/driver';

/** Ids for a transport that is given no other source. */
export const systemIds: NewId = () => randomUUID();
