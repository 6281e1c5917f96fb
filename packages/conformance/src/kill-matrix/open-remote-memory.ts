import type { OpenDriver } from '../harness/harness.ts';
import { remoteMemoryTransport } from './remote-memory-transport.ts';

/** A driver for a process of its own, which reaches the broker of its parent on `port`. */
export const openDriver: OpenDriver = ({ port }) => remoteMemoryTransport({ port: Number(port) });
