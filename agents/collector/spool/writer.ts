import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Mark } from '../wire/signals.ts';

interface Pending {
  parts: readonly Uint8Array[];
  resolve: () => void;
  reject: (cause: unknown) => void;
}

/**
 * The open segment of one signal. Appends that arrive while a write is on its way to the disk wait for the next one
 * and share its fsync (group commit), so the rate is not bound by the disk's latency.
 */
export class SegmentWriter {
  readonly path: string;
  readonly marks = new Set<Mark>();
  #size = 0;
  #written = 0;
  #handle: FileHandle | undefined;
  #pending: Pending[] = [];
  #flushing: Promise<void> | undefined;
  #failed: unknown;

  constructor(path: string) {
    this.path = path;
  }

  /** Bytes accepted so far, the ones still on their way to the disk included. */
  get size(): number {
    return this.#size;
  }

  /** Bytes on disk and acknowledged. */
  get written(): number {
    return this.#written;
  }

  /** Resolves when the record is on disk. */
  append(parts: readonly Uint8Array[], size: number): Promise<void> {
    this.#size += size;
    return new Promise((resolve, reject) => {
      this.#pending.push({ parts, resolve, reject });
      this.#flushing ??= this.#flush();
    });
  }

  /** Waits for what was appended, cuts what a failed write left behind, then closes the file. */
  async close(): Promise<void> {
    await this.#flushing;
    const handle = this.#handle;
    this.#handle = undefined;
    try {
      if (this.#failed !== undefined) await handle?.truncate(this.#written);
    } finally {
      await handle?.close();
    }
  }

  async #flush(): Promise<void> {
    while (this.#pending.length > 0) {
      const batch = this.#pending;
      this.#pending = [];
      try {
        if (this.#failed !== undefined) throw this.#failed;
        await this.#write(batch.flatMap((p) => p.parts));
        for (const p of batch) p.resolve();
      } catch (cause) {
        this.#failed = cause;
        for (const p of batch) p.reject(cause);
      }
    }
    this.#flushing = undefined;
  }

  async #write(parts: readonly Uint8Array[]): Promise<void> {
    const created = this.#handle === undefined;
    this.#handle ??= await open(this.path, 'ax');
    // One buffer, one write: writev is cut at 1,024 pieces by the kernel, and may stop in the middle of one.
    const bytes = Buffer.concat(parts);
    await this.#handle.appendFile(bytes);
    await this.#handle.datasync();
    if (created) await syncDirectory(dirname(this.path));
    this.#written += bytes.length;
  }
}

/** A new file survives a crash of the machine only when its directory entry is on disk too. */
async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
