import type { Clock, Timer } from '../driver/index.ts';

export interface CircuitBreakerOptions {
  readonly clock: Clock;
  /** Failures of class `wait` in a row that open it. */
  readonly failuresMax: number;
  /** How long it stays open before one delivery may try. */
  readonly openMs: number;
  readonly onChange: (state: CircuitState) => void;
}

export type CircuitState = 'closed' | 'open' | 'half-open';

/**
 * Pauses a subscription while what its handler depends on is down, instead of filling the dead letters. After `openMs` one delivery
 * tries; its success closes the circuit, its failure opens it again.
 */
export interface CircuitBreaker {
  readonly state: CircuitState;
  readonly succeeded: () => void;
  readonly failed: () => void;
  readonly stop: () => void;
}

export function createCircuitBreaker(options: CircuitBreakerOptions): CircuitBreaker {
  let state: CircuitState = 'closed';
  let failures = 0;
  let timer: Timer | undefined;

  const change = (next: CircuitState): void => {
    state = next;
    options.onChange(next);
  };

  const open = (): void => {
    timer = options.clock.after(options.openMs, () => change('half-open'));
    change('open');
  };

  return {
    get state() {
      return state;
    },
    succeeded: () => {
      failures = 0;
      if (state === 'half-open') change('closed');
    },
    failed: () => {
      failures += 1;
      if (state === 'half-open' || (state === 'closed' && failures >= options.failuresMax)) open();
    },
    stop: () => timer?.cancel(),
  };
}
