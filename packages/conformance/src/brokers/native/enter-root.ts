import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Program } from './recipe.ts';

// The mounts are seen by this program only and go with it. It ends up with the process id that was started: all is exec.
const script = `
mount --rbind /proc "$1/proc" && mount --rbind /dev "$1/dev" && mount --bind "$2" "$1$2" || exit
root=$1
shift 2
exec chroot "$root" "$@"
`;

/** Makes a program run with `root` as its root folder, where it sees `folder` at the same place as everybody else. */
export function enterRoot(root: string, folder: string, program: Program): Program {
  mkdirSync(join(root, folder), { recursive: true });
  const shell = ['sh', '-c', script, 'waybill-brokers', root, folder, program.command, ...program.arguments];
  return { ...program, command: 'unshare', arguments: ['--mount', '--propagation', 'private', ...shell] };
}
