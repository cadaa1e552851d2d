import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { HaltState } from '../../live/protocol.ts';
import { body } from './rows.ts';

const Halt = z.object({
  halted: z.boolean(),
  at: z.number().nullable(),
  by: z.string().nullable(),
  reason: z.string().nullable(),
  lastEffectGoneMs: z.number().nullable(),
  unconfirmed: z.number().int().default(0),
}) satisfies z.ZodType<HaltState>;

/** The halt switch survives a restart: a dashboard that comes back halted stays halted. */
export interface HaltRecord {
  read(): HaltState;
  write(state: HaltState): void;
}

export const NOT_HALTED: HaltState = {
  halted: false,
  at: null,
  by: null,
  reason: null,
  lastEffectGoneMs: null,
  unconfirmed: 0,
};

export function haltRecord(db: DatabaseSync): HaltRecord {
  const read = db.prepare("SELECT body FROM settings WHERE name = 'halt'");
  const write = db.prepare("INSERT OR REPLACE INTO settings (name, body) VALUES ('halt', ?)");
  return {
    read: () => {
      const row = read.get();
      return row ? body(row, Halt) : NOT_HALTED;
    },
    write: (state) => {
      write.run(JSON.stringify(state));
    },
  };
}
