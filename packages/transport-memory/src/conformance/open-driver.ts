import type { OpenDriver } from '@waybill/conformance';
import { memoryTransport } from '../memory-transport.ts';

/** A driver in a process of its own, with a broker of its own: there is no other way to reach one. */
export const openDriver: OpenDriver = async () => memoryTransport();
