import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

/** How to take back an effect that outlives whoever applied it. */
export const Undo = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('allow_connections'), database: z.string() }),
  z.object({ kind: z.literal('continue_process'), pid: z.number().int().positive() }),
  z.object({ kind: z.literal('remove_ballast'), path: z.string() }),
]);
export type Undo = z.infer<typeof Undo>;

const Line = z.union([
  z.object({ id: z.string(), undo: Undo }),
  z.object({ id: z.string(), done: z.literal(true) }),
]);

/**
 * An append-only file of undos, each written and synced *before* its effect is applied, so that whatever dies between,
 * the next start knows what to take back. Undos may therefore be played without their effect: each must be harmless
 * then, and harmless twice.
 */
export class UndoJournal {
  readonly #path: string;
  #fd: number;

  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true });
    this.#path = path;
    this.#fd = openSync(path, 'a', 0o600);
  }

  /** Must return before the effect is applied. */
  write(id: string, undo: Undo): void {
    this.#append({ id, undo });
  }

  /** After the effect is gone, proven by read-back. */
  done(id: string): void {
    this.#append({ id, done: true });
  }

  /** Undos without a `done`, oldest first. */
  pending(): { id: string; undo: Undo }[] {
    const open = new Map<string, Undo>();
    for (const text of existsSync(this.#path) ? readFileSync(this.#path, 'utf8').split('\n') : []) {
      const line = parseLine(text);
      if (line === null) continue;
      if ('done' in line) open.delete(line.id);
      else open.set(line.id, line.undo);
    }
    return [...open].map(([id, undo]) => ({ id, undo }));
  }

  /** Plays and ticks off what is pending; an undo which rejects stays pending and is told in the result. */
  async replay(play: (undo: Undo) => Promise<string>): Promise<{ undo: Undo; result: string }[]> {
    const results: { undo: Undo; result: string }[] = [];
    for (const { id, undo } of this.pending()) {
      try {
        results.push({ undo, result: await play(undo) });
        this.done(id);
      } catch (error) {
        results.push({ undo, result: `failed: ${error instanceof Error ? error.message : error}` });
      }
    }
    if (this.pending().length === 0) this.#empty();
    return results;
  }

  close(): void {
    closeSync(this.#fd);
  }

  #append(line: z.infer<typeof Line>): void {
    writeSync(this.#fd, `${JSON.stringify(line)}\n`);
    fsyncSync(this.#fd);
  }

  #empty(): void {
    closeSync(this.#fd);
    closeSync(openSync(this.#path, 'w', 0o600));
    this.#fd = openSync(this.#path, 'a', 0o600);
  }
}

/** Null for an empty line and for one which a crash cut short: its effect was never applied, or is there already. */
function parseLine(text: string): z.infer<typeof Line> | null {
  if (text === '') return null;
  try {
    return Line.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
