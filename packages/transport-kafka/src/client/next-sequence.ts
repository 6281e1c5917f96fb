/** The number of the batch that follows one of so many records. After 2³¹ − 1 comes 0, as for the broker. */
export function nextSequence(sequence: number, records: number): number {
  return (sequence + records) % 2 ** 31;
}
