import { z } from 'zod';

/** What people are told of a parameter, beside its limits: forms, error messages and docs/faults.md are made from it. */
export interface About {
  title: string;
  /** `ms`, `bytes/s`, `%`; absent where a number counts. */
  unit?: string;
  /** One sentence. */
  about?: string;
  /** It means something only while another parameter has one of these values. */
  when?: { name: string; is: readonly string[] };
  /** Text of several lines. */
  long?: true;
}

/** A whole number between its limits, with its unit. */
export function quantity(min: number, max: number, about: About) {
  const message = `must be a whole number${about.unit ? ` of ${about.unit}` : ''} from ${min} to ${max}`;
  return z.number(message).int(message).min(min, message).max(max, message).meta(meta(about));
}

export function described<T extends z.ZodType>(schema: T, about: About): T {
  return schema.meta(meta(about));
}

function meta({ about, ...rest }: About): Record<string, unknown> {
  return about === undefined ? rest : { ...rest, description: about };
}

interface Common {
  name: string;
  title: string;
  unit: string;
  about: string;
  required: boolean;
  when?: { name: string; is: readonly string[] };
}

/** A parameter as a form, a document or a check sees it. */
export type Parameter = Common &
  (
    | { kind: 'number'; min: number; max: number; initial: number | null }
    | { kind: 'choice'; options: readonly string[]; initial: string | null }
    | { kind: 'text'; long: boolean; initial: string; maxLength: number | null }
    | { kind: 'boolean'; initial: boolean }
    | { kind: 'json'; initial: unknown }
  );

const Described = z.object({
  type: z.string().optional(),
  title: z.string().optional(),
  description: z.string().optional(),
  unit: z.string().optional(),
  when: z.object({ name: z.string(), is: z.array(z.string()) }).optional(),
  long: z.boolean().optional(),
  default: z.unknown().optional(),
  enum: z.array(z.string()).optional(),
  minimum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  maximum: z.number().optional(),
  maxLength: z.number().optional(),
});
type Described = z.infer<typeof Described>;

const Schema = z.object({
  properties: z.record(z.string(), z.unknown()).default({}),
  required: z.array(z.string()).default([]),
});

/** The parameters of an object schema, in its order; constants such as `type` are none. */
export function parametersIn(schema: z.ZodType): Parameter[] {
  const { properties, required } = Schema.parse(
    z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }),
  );
  return Object.entries(properties).flatMap(([name, raw]) => {
    if (typeof raw === 'object' && raw !== null && 'const' in raw) return [];
    return [parameterOf(name, Described.parse(raw), required.includes(name))];
  });
}

function parameterOf(name: string, field: Described, required: boolean): Parameter {
  const common: Common = {
    name,
    title: field.title ?? wordsOf(name),
    unit: field.unit ?? unitOf(field.description),
    about: field.unit === undefined && unitOf(field.description) !== '' ? '' : (field.description ?? ''),
    required,
    ...(field.when === undefined ? {} : { when: field.when }),
  };
  const initial = field.default;
  if (field.enum) {
    return {
      ...common,
      kind: 'choice',
      options: field.enum,
      initial: typeof initial === 'string' ? initial : null,
    };
  }
  switch (field.type) {
    case 'integer':
    case 'number': {
      const min = field.minimum ?? field.exclusiveMinimum ?? Number.MIN_SAFE_INTEGER;
      const max = field.maximum ?? Number.MAX_SAFE_INTEGER;
      return { ...common, kind: 'number', min, max, initial: typeof initial === 'number' ? initial : null };
    }
    case 'string': {
      const text = typeof initial === 'string' ? initial : '';
      return {
        ...common,
        kind: 'text',
        long: field.long === true,
        initial: text,
        maxLength: field.maxLength ?? null,
      };
    }
    case 'boolean':
      return { ...common, kind: 'boolean', initial: initial === true };
    default:
      return { ...common, kind: 'json', initial: initial ?? null };
  }
}

/** `restartAfterMs` becomes `Restart after`. */
function wordsOf(name: string): string {
  const words = name
    .replace(/Ms$/, '')
    .replace(/([A-Z])/g, ' $1')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function unitOf(description: string | undefined): string {
  return description === 'milliseconds' ? 'ms' : '';
}
