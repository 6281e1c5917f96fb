/** Properties of what survives, by id. */
export const durabilityProperties = {
  'DUR-1': 'what was committed survives the death of its process and of the server',
  'DUR-2': 'what was not committed is gone with its process or the server',
  'DUR-3': 'a server that freezes and comes back loses nothing and confirms nothing falsely',
  'DUR-4': 'another store finds what a closed one has committed',
} as const;
