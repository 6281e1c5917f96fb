/** Something on this machine is in the way of the set-up, and the person in front of it can remove it. */
export class SetupError extends Error {
  constructor(message, remedy, options) {
    super(message, options);
    this.remedy = remedy;
  }
}

const again = 'Nothing half-installed is left behind: run the command again.';

export const unreachable = (step) =>
  new SetupError(
    `${step} failed: the package registry could not be reached.`,
    `Check the network, \`npm config get registry\` and \`npm config get proxy\`. ${again}`,
  );

/** An error of the file system in a folder that set-up writes to. */
export const writeFailed = (folder, error) =>
  new SetupError(
    `Cannot write to ${folder}: ${error.message}.`,
    'Set-up writes to `.toolchain` and `node_modules` in this folder: make it writable for you, or clone it elsewhere.',
    { cause: error },
  );

const networkTrouble =
  /ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|CERT_|certificate|error sending request|dns error/i;

/** A step of the set-up that ended without success; `output` is what its package client said. */
export const stepFailed = (step, { signal, output }) => {
  if (signal !== null) return new SetupError(`${step} was stopped by ${signal}.`, again);
  console.error(output.split('\n').slice(-20).join('\n'));
  return networkTrouble.test(output) ? unreachable(step) : new SetupError(`${step} failed, see above.`, again);
};
