/**
 * Waits until every broker knows of a change: each hears of it a little later than the controller, and any may be asked next. One that is away
 * will have heard by then.
 * @throws what the first has failed with, where all have.
 */
export async function everyBrokerKnows(waits: readonly Promise<void>[]): Promise<void> {
  const ends = await Promise.allSettled(waits);
  const failures = ends.filter((end) => end.status === 'rejected');
  if (ends.length > 0 && failures.length === ends.length) throw failures[0]?.reason;
}
