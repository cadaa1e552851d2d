import {
  FaultAction,
  FaultSelector,
  FaultShape,
  type FaultType,
  type Parameter,
  parametersOf,
  rowOf,
  SHAPE_TITLES,
  shapeParameters,
} from '@stormglass/agents/contract';

/** Fields of a form as they are typed, by name. */
export type Values = Readonly<Record<string, string>>;

/** Which calls of the target are hurt, and when; empty fields ask for nothing. */
export const CALL_FIELDS = [
  { name: 'route', title: 'Route' },
  { name: 'method', title: 'Method' },
  { name: 'headerName', title: 'Header' },
  { name: 'headerValue', title: 'Value' },
  { name: 'tenant', title: 'Tenant' },
  { name: 'scope', title: 'Scope' },
] as const;

/** The shape of a form in which none was chosen. */
export const NO_SHAPE = 'constant';
export const SHAPE_OPTIONS: readonly { value: string; title: string }[] = [
  { value: NO_SHAPE, title: 'Constant' },
  ...Object.entries(SHAPE_TITLES).map(([value, title]) => ({ value, title })),
];

export function initialValues(parameters: readonly Parameter[]): Values {
  return Object.fromEntries(parameters.map((p) => [p.name, textOf(p.initial)]));
}

function textOf(initial: unknown): string {
  if (initial === null || initial === undefined) return '';
  return typeof initial === 'object' ? JSON.stringify(initial) : String(initial);
}

/** Those that mean something beside the values of the others. */
export function shownParameters(parameters: readonly Parameter[], values: Values): Parameter[] {
  return parameters.filter(({ when }) => when === undefined || when.is.includes(values[when.name] ?? ''));
}

export function shapeFields(shape: string): readonly Parameter[] {
  return isShape(shape) ? shapeParameters(shape) : [];
}

function isShape(shape: string): shape is FaultShape['type'] {
  return Object.hasOwn(SHAPE_TITLES, shape);
}

/** Whether single calls are hurt, so that a share of them makes sense. */
export function hurtsCalls(type: FaultType): boolean {
  return rowOf(type).perCall === true;
}

type Made<T> = { ok: true; value: T } | { ok: false; problem: string };

/** What was typed, as the contract wants it, or what is wrong with it in the contract's own words. */
export function actionOf(type: FaultType, values: Values): Made<FaultAction> {
  const parameters = parametersOf(type);
  return made(FaultAction, { type, ...typed(parameters, values) }, parameters);
}

export function shapeOf(shape: string, values: Values): Made<FaultShape | undefined> {
  if (!isShape(shape)) return { ok: true, value: undefined };
  const parameters = shapeParameters(shape);
  return made(FaultShape, { type: shape, ...typed(parameters, values) }, parameters);
}

export function selectorOf(percentage: number, calls: Values): Made<FaultSelector> {
  const { route, method, headerName, headerValue, tenant, scope } = calls;
  return made(
    FaultSelector,
    {
      percentage,
      ...given({ route, method, tenant, scope }),
      ...(headerName ? { header: { name: headerName, ...given({ value: headerValue }) } } : {}),
    },
    [],
  );
}

function given(fields: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter((field): field is [string, string] => !!field[1]));
}

function typed(parameters: readonly Parameter[], values: Values): Record<string, unknown> {
  const shown = shownParameters(parameters, values);
  return Object.fromEntries(
    shown.flatMap((p) => {
      const text = values[p.name] ?? textOf(p.initial);
      // Left empty: the contract's own default.
      return text === '' && p.kind !== 'text' ? [] : [[p.name, parsedOf(p, text)]];
    }),
  );
}

function parsedOf(parameter: Parameter, text: string): unknown {
  switch (parameter.kind) {
    case 'number':
      return Number(text);
    case 'boolean':
      return text === 'true';
    case 'json':
      return jsonOf(text);
    case 'choice':
    case 'text':
      // An optional text that is empty is none.
      return text === '' && !parameter.required && parameter.initial === '' ? undefined : text;
  }
}

/** Text that is no JSON stays text, which the schema then refuses. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

interface Schema<T> {
  safeParse(
    value: unknown,
  ):
    | { success: true; data: T }
    | { success: false; error: { issues: { path: PropertyKey[]; message: string }[] } };
}

function made<T>(schema: Schema<T>, value: unknown, parameters: readonly Parameter[]): Made<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { ok: true, value: parsed.data };
  const [issue] = parsed.error.issues;
  const field = String(issue?.path[0] ?? '');
  const title = parameters.find(({ name }) => name === field)?.title ?? field;
  return { ok: false, problem: `${title}: ${issue?.message ?? 'is not valid'}` };
}
