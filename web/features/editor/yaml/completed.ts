import type { CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import type { JsonSchema } from '../../../live/json-schema.ts';
import { offersAt, spotAt } from '../completion.ts';
import type { Names } from '../names.ts';

const TYPES = { key: 'property', value: 'enum', name: 'variable' } as const;

/** Offers of the schema as CodeMirror shows them. Unasked only where something is begun, or a value is due. */
export function completed(
  context: CompletionContext,
  schema: JsonSchema,
  names: Names,
): CompletionResult | null {
  const spot = spotAt(context.state.doc.toString(), context.pos);
  if (spot === null) return null;
  if (!context.explicit && spot.what === 'key' && spot.from === context.pos) return null;
  const offers = offersAt(schema, spot, names);
  if (offers.length === 0) return null;
  return {
    from: spot.from,
    validFor: /^[\w./ -]*$/,
    options: offers.map(({ label, apply, kind, detail, info }) => ({
      ...{ label, apply, detail, type: TYPES[kind] },
      ...(info === '' ? {} : { info }),
      boost: detail.startsWith('required') ? 1 : 0,
    })),
  };
}
