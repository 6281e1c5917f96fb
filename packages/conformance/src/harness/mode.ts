/** How much is done: `smoke` in under a minute, `standard` in CI, `stress` with ten times as much, `fault` and `soak` on demand. */
export type Mode = (typeof modes)[number];

export const modes = ['smoke', 'standard', 'stress', 'fault', 'soak'] as const;

/** Modes of a case that needs no fault. */
export const everyDayModes: readonly Mode[] = ['smoke', 'standard', 'stress'];

/** Modes of a case that waits for a lease or needs a crowd. */
export const patientModes: readonly Mode[] = ['standard', 'stress'];

/** Modes of a case that breaks something on purpose. */
export const faultModes: readonly Mode[] = ['standard', 'stress', 'fault'];

/** How many of something a mode takes where `standard` takes so many. At least 1. */
export const amountIn = (mode: Mode, standard: number): number => Math.max(1, Math.ceil(standard * amounts[mode]));

const amounts: Readonly<Record<Mode, number>> = { smoke: 0.2, standard: 1, stress: 10, fault: 1, soak: 10 };
