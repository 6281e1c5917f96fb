/** Which way bytes flow. `to-broker` is everything the client sends. */
export type Direction = 'to-broker' | 'to-client';

export const directions: readonly Direction[] = ['to-broker', 'to-client'];
