/** What happens to the victim at a boundary: it dies, it stands still for longer than every lease, or it loses its connection. */
export const faults = ['kill', 'freeze', 'cut-before', 'cut-after'] as const;

export type Fault = (typeof faults)[number];
