/** What the report must know of the place it is printed to. */
export interface Terminal {
  /** In columns. */
  readonly width: number;
  readonly color: boolean;
}

/** The part of a writable stream that tells; a file or a pipe has neither member. */
export interface TerminalStream {
  readonly columns?: number;
  /** Node's own answer follows `NO_COLOR`, `FORCE_COLOR`, `NODE_DISABLE_COLORS` and `TERM`. */
  readonly hasColors?: () => boolean;
}

const widthMax = 120;

/** Never wider than 120 columns, which is also what is assumed where nobody knows. */
export function readTerminal(stream: TerminalStream): Terminal {
  return { width: Math.min(widthMax, stream.columns ?? widthMax), color: stream.hasColors?.() ?? false };
}
