import { closeSync, existsSync, openSync, rmSync, statfsSync, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { StormglassError } from '../../contract/index.ts';
import { type Guard, spawnGuard } from '../guard.ts';

const PREFIX = '.stormglass-ballast-';
const CHUNK = 4 * 1_048_576;
const SMALLEST = 4_096;
/** Left to everybody else where the directory shares its file system with them: so much, and so large a part of it. */
const RESERVE_BYTES = 1_073_741_824;
const RESERVE_SHARE = 0.05;

/** A file which takes the room of a directory, and goes when its owner does. */
export class Ballast {
  readonly path: string;
  readonly #guard: Guard;
  #over = false;
  #writing: Promise<void> = Promise.resolve();

  /** The undo must be in the journal by now. */
  constructor(path: string) {
    this.path = path;
    closeSync(openSync(path, 'wx', 0o600));
    this.#guard = spawnGuard(`rm -f -- '${path.replaceAll("'", `'\\''`)}'`);
  }

  /** Resolves when it has that size, or the disk is full. */
  fill(bytes: number): Promise<void> {
    this.#writing = this.#fill(bytes);
    return this.#writing;
  }

  /** Stops writing and removes it. Gives whether it is gone. */
  async remove(): Promise<boolean> {
    this.#over = true;
    await this.#writing.catch(() => undefined);
    rmSync(this.path, { force: true });
    this.#guard.dispose();
    return !existsSync(this.path);
  }

  async #fill(bytes: number): Promise<void> {
    const file = await open(this.path, 'a');
    try {
      let chunk = CHUNK;
      for (let left = bytes; left > 0 && !this.#over; ) {
        const written = await write(file, Math.min(chunk, left));
        left -= written;
        // Full, but for what a smaller piece may still find.
        if (written === 0 && chunk <= SMALLEST) return;
        if (written === 0) chunk = Math.max(SMALLEST, Math.floor(chunk / 2));
      }
    } finally {
      await file.close();
    }
  }
}

/** Zero when there is no room. */
async function write(file: FileHandle, bytes: number): Promise<number> {
  try {
    return (await file.write(Buffer.alloc(bytes))).bytesWritten;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return 0;
    throw error;
  }
}

/** Where the ballast of a fault lies. */
export function ballastPath(directory: string, faultId: string): string {
  return join(directory, `${PREFIX}${faultId.replaceAll(/[^\w-]/g, '_')}`);
}

/** Takes back what a killed launcher left; only ever a file of ours. */
export function removeBallast(path: string): string {
  if (!basename(path).startsWith(PREFIX)) throw new Error(`${path} is no ballast`);
  rmSync(path, { force: true });
  return `${path} is gone`;
}

/** Throws when so large a file would take the room of others. A file system of its own may be filled to the last byte. */
export function demandRoom(directory: string, bytes: number): void {
  if (statSync(directory).dev !== statSync(dirname(directory)).dev) return;
  const { bavail, blocks, bsize } = statfsSync(directory);
  const reserve = Math.max(RESERVE_BYTES, blocks * bsize * RESERVE_SHARE);
  const room = Math.floor(bavail * bsize - reserve);
  if (bytes <= room) return;
  throw new StormglassError(
    'fault_unsupported',
    `${directory} shares its file system with others, and ${bytes} bytes would take their room`,
    room > 0 ? `Ask for ${room} bytes at most.` : 'Give the service a file system of its own.',
  );
}
