import { lengthDelimited, WIRE, type WireReader } from './reader.ts';

/** New content of a message; undefined leaves it as it is. */
export type Edit = (message: WireReader) => readonly Uint8Array[] | undefined;

/** The message with those fields rewritten for which `editOf` has an edit; undefined, and no copy, when none changed. */
export function rewriteFields(
  message: WireReader,
  editOf: (field: number) => Edit | undefined,
): Uint8Array[] | undefined {
  const { bytes } = message;
  let out: Uint8Array[] | undefined;
  let copied = message.pos;
  for (let start = message.pos; message.next(); start = message.pos) {
    const { field } = message;
    const edit = message.wire === WIRE.bytes ? editOf(field) : undefined;
    if (edit === undefined) {
      message.skip();
      continue;
    }
    const content = edit(message.message());
    if (content === undefined) continue;
    out ??= [];
    out.push(bytes.subarray(copied, start));
    for (const part of lengthDelimited(field, content)) out.push(part);
    copied = message.pos;
  }
  out?.push(bytes.subarray(copied, message.end));
  return out;
}
