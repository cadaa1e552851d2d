/** As much of a JSON Schema (draft 2020-12) as forms and completion read; what else it holds is left alone. */
export interface JsonSchema {
  type?: string;
  title?: string;
  description?: string;
  /** Of ours: `ms`, `bytes/s`, `%`. */
  unit?: string;
  /** Of ours: a text of several lines. */
  long?: boolean;
  enum?: readonly unknown[];
  const?: unknown;
  default?: unknown;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  minLength?: number;
  pattern?: string;
  minItems?: number;
  properties?: Readonly<Record<string, JsonSchema>>;
  required?: readonly string[];
  items?: JsonSchema | false;
  oneOf?: readonly JsonSchema[];
  anyOf?: readonly JsonSchema[];
}
