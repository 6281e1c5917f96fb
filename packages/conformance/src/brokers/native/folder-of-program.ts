import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The first folder of the system, or of this process's `PATH`, that holds the program; nothing where none does. */
export const folderOfProgram = (name: string): string | undefined =>
  ['/usr/bin', ...(process.env['PATH'] ?? '').split(delimiter)].find((folder) => existsSync(join(folder, name)));
