import type { SQLOutputValue } from 'node:sqlite';
import type { z } from 'zod';

type Row = Record<string, SQLOutputValue>;

/** The JSON body of a row, parsed by its schema: a file written by an older version is checked, not trusted. */
export function body<S extends z.ZodType>(row: Row, schema: S): z.infer<S> {
  return schema.parse(JSON.parse(String(row.body)));
}

export function bodies<S extends z.ZodType>(rows: readonly Row[], schema: S): z.infer<S>[] {
  return rows.map((row) => body(row, schema));
}
