import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';

/** Ends the brokers of one folder when the runner is gone. */
export interface Watchdog {
  /** Sends it home; what is still noted in the folder is ended first, and the folder removed. */
  readonly release: () => Promise<void>;
}

// The shell waits for the end of its standard input, which the system closes with the runner, however that ends.
// Field 22 of a process's stat is its start: an id that was given away again is not ours to end.
const script = `
cat >/dev/null
for note in "$1"/*.process; do
  [ -f "$note" ] || continue
  read -r pid started <"$note"
  [ ! -r /proc/self/stat ] || [ "$(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null | cut -d' ' -f20)" = "$started" ] || continue
  kill -9 "-$pid" 2>/dev/null || kill -9 "$pid" 2>/dev/null
done
for attempt in 1 2 3 4 5 6 7 8 9 10; do rm -rf "$1" 2>/dev/null && exit 0; sleep 0.2; done
`;

/** Starts the watchdog of a folder, in a session of its own, so that Ctrl+C in the runner's terminal does not reach it. */
export function startWatchdog(folder: string): Watchdog {
  const child = spawn('/bin/sh', ['-c', script, 'waybill-brokers-watchdog', folder], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  child.unref();
  // A pipe to a child is a socket, though its type promises less; open, it would keep the runner from ending.
  (child.stdin as Socket).unref();
  return {
    release: async () => {
      child.ref();
      child.stdin.end();
      await gone;
    },
  };
}
