import type { BusErrorCode } from './error-code.ts';

/** What users act on. `retryable`: the same call may succeed later without a change. */
export interface ErrorEntry {
  readonly retryable: boolean;
  readonly meaning: string;
  readonly remedy: string;
}

const entry = (retryable: boolean, meaning: string, remedy: string): ErrorEntry => ({ retryable, meaning, remedy });

/** Every code core can report, those of the drivers included: the one place where a code is defined. */
export const errorTable: Readonly<Record<BusErrorCode, ErrorEntry>> = {
  // Declaring
  'invalid-contract': entry(false, 'A contract is declared wrongly.', 'Correct the field that the message names.'),
  'invalid-options': entry(false, 'An option has no legal value.', 'Correct the field that the message names.'),
  'invalid-config': entry(
    false,
    'The configuration has problems; all are listed.',
    'Correct each path that is listed.',
  ),
  'config-not-found': entry(false, 'The configuration file is not there.', 'Create it, or name its path.'),
  'missing-package': entry(
    false,
    'The package of a transport or store is not installed.',
    'Install the package that the message names.',
  ),
  'duplicate-handler': entry(
    false,
    'A subscription has two handlers.',
    'Register one handler for each command, and one for each event and group.',
  ),
  'second-consumer-group': entry(
    false,
    'A command was given a consumer group.',
    'Declare an event where several groups must hear of it.',
  ),
  'plan-refused': entry(
    false,
    'Guarantees cannot be met by this transport and store; all are listed.',
    'Follow the remedy of each line, or ask for less.',
  ),
  'already-started': entry(
    false,
    'The call is only allowed before `start`.',
    'Register handlers before the bus starts.',
  ),
  'not-running': entry(
    false,
    'The bus has not started, or has stopped.',
    'Call `start` first; after `stop` create a new bus.',
  ),
  'not-subscribed': entry(
    false,
    'This bus has no such subscription.',
    'Name a subscription that this bus handles; `health` lists them.',
  ),
  // Publishing
  'payload-invalid': entry(
    false,
    'A payload does not fit the schema of its contract.',
    'Correct the payload at the path that is named.',
  ),
  'payload-not-serializable': entry(
    false,
    'A payload cannot be written as JSON.',
    'Publish plain data: no cycles, functions or bigints.',
  ),
  'empty-key': entry(
    false,
    'An ordering or deduplication key is empty or not a string.',
    'Return a non-empty string from the key function of the contract.',
  ),
  'key-invalid': entry(
    false,
    'A key holds control characters or halves of characters.',
    'Return printable text from the key function of the contract, such as an id or a hash.',
  ),
  'key-too-long': entry(
    false,
    'A key is longer than the transport or the store can hold.',
    'Use a shorter key, such as a hash of it.',
  ),
  'header-invalid': entry(
    false,
    'A header name or value is not allowed.',
    'Use printable ASCII names outside the reserved prefixes, and values without control characters.',
  ),
  'too-many-headers': entry(
    false,
    'A message has more headers than allowed.',
    'Send fewer headers, or move them into the payload.',
  ),
  'message-too-large': entry(
    false,
    'A message is larger than allowed.',
    'Publish a reference to the data, or raise the limit up to what the transport carries.',
  ),
  'delay-unsupported': entry(
    false,
    'Neither the transport nor the store can keep a message back so long.',
    'Use a shorter delay, or a durable store that can schedule; the plan prints how far a delay reaches.',
  ),
  'publish-rejected': entry(
    false,
    'The broker certainly did not take the message.',
    'See the cause; correct it and publish again.',
  ),
  'publish-unknown': entry(
    true,
    'The broker may have taken the message; the answer was lost.',
    'Publish again with the same id; duplicates are recognised by it.',
  ),
  // Handling
  'body-too-large': entry(
    false,
    'A received body is larger than allowed.',
    'Raise `limits.bodyBytesMax`, or publish smaller messages.',
  ),
  'body-too-deep': entry(
    false,
    'A JSON body is nested too deeply.',
    'Publish flatter data; the limit guards against stack exhaustion.',
  ),
  'body-malformed': entry(
    false,
    'A received body is not JSON in UTF-8.',
    'Look at the original bytes in the dead letter and correct the publisher.',
  ),
  'body-poisoned': entry(
    false,
    'A JSON body tries to reach an object prototype.',
    'Treat the publisher as hostile; the bytes are kept in the dead letter.',
  ),
  'envelope-invalid': entry(
    false,
    'The metadata of a received message is missing or wrong.',
    'Publish through a bus, or set the headers that the documentation lists.',
  ),
  'wrong-type': entry(
    false,
    'A received message is of another contract than its channel.',
    'Correct the publisher; one channel carries one contract.',
  ),
  'unknown-version': entry(
    false,
    'A received message has a version that this contract cannot read.',
    'Deploy the consumer first, or add an upcast from that version.',
  ),
  'upcast-failed': entry(
    false,
    'Turning an older version into the current one failed.',
    'Correct the upcast of the contract, then replay the dead letter.',
  ),
  'handler-timeout': entry(true, 'A handler ran longer than allowed.', 'Make it faster, or raise `handlerTimeoutMs`.'),
  'attempts-exhausted': entry(
    false,
    'Every attempt that the retry policy allows has failed.',
    'Correct the cause, then replay the dead letter.',
  ),
  'fingerprint-conflict': entry(
    false,
    'A deduplication key came again with another payload.',
    'Make the key identify the payload; look at both before you replay or purge.',
  ),
  'sequence-gap': entry(
    false,
    'Earlier messages of a key did not arrive in time.',
    'Find the missing message in the outbox and the dead letters of the publisher, then replay.',
  ),
  'sequence-missing': entry(
    false,
    'A message has no number, but its order hangs on one.',
    'Publish it through the outbox: `publishing: "outbox"` or `bus.transaction`.',
  ),
  'epoch-conflict': entry(
    false,
    'A message belongs to another numbering of its channel.',
    'The publisher was restored or moved; check what was lost, then replay.',
  ),
  'key-parked': entry(
    false,
    'A message waits behind a dead letter of its key.',
    'Replay or purge the dead letters of the key.',
  ),
  'outbox-stale': entry(
    true,
    'The oldest committed message has waited too long to be sent.',
    'Check that a relay runs and that the broker takes messages; `bus.health` shows both.',
  ),
  'dead-letter-not-found': entry(false, 'No dead letter has that id.', 'List them again; it was replayed or purged.'),
  // Transports
  'invalid-address': entry(
    false,
    'The transport cannot map a name to a broker name.',
    'Use a name within the characters and length that the transport documents.',
  ),
  'not-found': entry(
    false,
    'What was asked for does not exist.',
    'Start the bus so that it creates its topology, or create it by hand.',
  ),
  'topology-conflict': entry(
    false,
    'Something exists with other settings.',
    'Align the settings that the message names, or use another name.',
  ),
  unsupported: entry(
    false,
    'The transport or store cannot do this at all.',
    'Ask for less, or choose another transport; `explain` shows which can.',
  ),
  'message-invalid': entry(false, 'The broker refuses the form of a message.', 'See the cause.'),
  unroutable: entry(false, 'No queue would take the message.', 'Create the subscription before publishing.'),
  unauthorized: entry(false, 'The credentials do not allow this.', 'Correct the credentials or their rights.'),
  throttled: entry(
    true,
    'The broker or database asks to slow down.',
    'It is tried again with backoff; raise the quota if it stays.',
  ),
  unavailable: entry(
    true,
    'The broker or database cannot be reached.',
    'It is tried again with backoff; check its address and health.',
  ),
  timeout: entry(true, 'No answer came in time.', 'It is tried again where that is safe.'),
  'lease-lost': entry(
    true,
    'A delivery no longer belongs to this consumer.',
    'Make the handler faster or the lease longer; it is delivered again.',
  ),
  closed: entry(false, 'The connection was closed by this side.', 'Create a new bus.'),
  unknown: entry(true, 'The driver does not know this error.', 'See the cause.'),
  // Stores
  'write-conflict': entry(true, 'Two transactions changed the same row.', 'It is run again.'),
  'commit-unknown': entry(
    true,
    'A commit may have happened; the answer was lost.',
    'Repeat the claim: it tells whether it did.',
  ),
  'transaction-closed': entry(false, 'A transaction was used after its end.', 'Await everything inside the handler.'),
};
