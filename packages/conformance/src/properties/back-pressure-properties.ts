/** Properties of bounds, by id. */
export const backPressureProperties = {
  'BP-1': 'concurrency never exceeds limit (max over whole run)',
  'BP-2': 'concurrency really reaches limit',
  'BP-3': 'un-acked/prefetched count bounded (broker view)',
  'BP-4': 'slow consumer: heap and internal queue bounded with 100k backlog',
  'BP-5': 'pause/resume',
  'BP-6': 'producer: bounded in-flight; publish awaits or rejects',
  'BP-7': 'slow handler does not get the consumer evicted (poll interval, consumer timeout)',
  'BP-8': 'no busy loop on empty queue or on permanent nack (call rate bound)',
} as const;
