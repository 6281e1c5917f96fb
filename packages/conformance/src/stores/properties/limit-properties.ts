/** Properties at the limits a store declares, by id. */
export const limitProperties = {
  'LIM-1': 'a key of exactly `keyBytesMax` is taken, a longer one is refused as `key-too-long`',
  'LIM-2': 'as many claims as `batchMax` go in one call',
  'LIM-3': 'a page of `readMax` rows is read whole',
  'LIM-4': 'a page of `pageMax` letters is read whole',
  'LIM-5': 'a body of 256 KiB comes back exactly',
} as const;
