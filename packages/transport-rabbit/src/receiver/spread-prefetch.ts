/** The largest prefetch that the protocol can carry (an unsigned short). */
const prefetchMax = 65_535;

/**
 * Spreads the bound of a receiver over its queues, because quorum queues refuse a prefetch for a whole channel (540). The sum
 * never exceeds the bound, save that each queue gets one at least: a queue with none would starve. Messages are counted, not bytes:
 * RabbitMQ refuses a prefetch by size (540), so a process may be handed the bound times the largest message.
 */
export function spreadPrefetch(unsettledMax: number, queues: number): readonly number[] {
  const share = Math.floor(unsettledMax / queues);
  const rest = unsettledMax - share * queues;
  return Array.from({ length: queues }, (_, index) =>
    Math.min(prefetchMax, Math.max(1, share + (index < rest ? 1 : 0))),
  );
}
