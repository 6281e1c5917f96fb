/** A property does not hold. Any other error out of a case is a crash, which proves nothing. */
export class ConformanceFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConformanceFailure';
  }
}

/** The case cannot be run here, which is no verdict on the transport: reported as `not-run` with this reason. */
export class NotRunnable extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'NotRunnable';
  }
}

/** What the case looks at does not exist here, as the driver declares: the other cases of its property decide. */
export class NotApplicable extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'NotApplicable';
  }
}
