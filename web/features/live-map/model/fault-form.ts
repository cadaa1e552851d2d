import {
  FaultAction,
  FaultSelector,
  FaultShape,
  type FaultType,
  MAX_FAULT_MS,
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
  { name: 'route', title: 'Route', example: '/charges' },
  { name: 'method', title: 'Method', example: 'POST' },
  { name: 'headerName', title: 'Header', example: 'x-client' },
  { name: 'headerValue', title: 'Header value', example: 'any' },
  { name: 'tenant', title: 'Tenant', example: 'acme' },
  { name: 'scope', title: 'Scope', example: 'my-test' },
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

/** What is wrong, by the name of the field. */
export type Problems = Readonly<Record<string, string>>;
export type Made<T> = { ok: true; value: T } | { ok: false; problems: Problems };

/** What was typed, as the contract wants it, or what is wrong with each field in the contract's own words. */
export function actionOf(type: FaultType, values: Values): Made<FaultAction> {
  const parameters = parametersOf(type);
  return checked(parameters, values, (fields) => made(FaultAction, { type, ...fields }));
}

export function shapeOf(shape: string, values: Values): Made<FaultShape | undefined> {
  if (!isShape(shape)) return { ok: true, value: undefined };
  const parameters = shapeParameters(shape);
  return checked(parameters, values, (fields) =>
    made<FaultShape | undefined>(FaultShape, { type: shape, ...fields }),
  );
}

/** `percentage` as it was typed. */
export function selectorOf(percentage: string, calls: Values): Made<FaultSelector> {
  const { route, method, headerName, headerValue, tenant, scope } = calls;
  const share = numberIn(percentage, SHARE);
  const result = made(FaultSelector, {
    percentage: share ?? SHARE.max,
    ...given({ route, method, tenant, scope }),
    ...(headerName ? { header: { name: headerName, ...given({ value: headerValue }) } } : {}),
  });
  const problems: Record<string, string> = result.ok ? {} : { ...renamed(result.problems) };
  if (share === null) problems.percentage = rangeWords(SHARE);
  if (headerValue && !headerName) problems.headerName = 'has a value but no name';
  return result.ok && Object.keys(problems).length === 0 ? result : { ok: false, problems };
}

/** Milliseconds, from seconds as they were typed. */
export function lifeOf(seconds: string): Made<number> {
  const value = numberIn(seconds, LIFE);
  return value === null
    ? { ok: false, problems: { seconds: rangeWords(LIFE) } }
    : { ok: true, value: value * 1000 };
}

interface Limits {
  min: number;
  max: number;
  unit: string;
}
export const SHARE: Limits = { min: 1, max: 100, unit: '%' };
export const LIFE: Limits = { min: 1, max: MAX_FAULT_MS / 1000, unit: 's' };

function numberIn(text: string, { min, max }: Limits): number | null {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return value >= min && value <= max ? value : null;
}

function rangeWords({ min, max, unit }: Limits): string {
  return `must be ${min} to ${max} ${unit}`;
}

/** The selector knows a header, the form its two fields. */
function renamed({ header, scope, ...others }: Record<string, string>): Problems {
  return {
    ...others,
    ...(header === undefined ? {} : { headerName: header }),
    ...(scope === undefined ? {} : { scope: 'must be 1 to 64 letters, digits, _ or -' }),
  };
}

function given(fields: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter((field): field is [string, string] => !!field[1]));
}

function isEmpty(text: string): boolean {
  return text.trim() === '';
}

/** A number that has a default must be one: an empty field would say nothing and send that default. */
function emptyProblem(p: Parameter, text: string): string | null {
  if (!isEmpty(text)) return null;
  if (p.kind === 'number') return p.required || p.initial !== null ? 'must be a number' : null;
  return p.required && p.kind === 'text' ? 'must be given' : null;
}

function jsonProblem(p: Parameter, text: string): string | null {
  if (p.kind !== 'json' || isEmpty(text)) return null;
  try {
    JSON.parse(text);
    return null;
  } catch {
    return 'is not JSON';
  }
}

function checked<T>(
  parameters: readonly Parameter[],
  values: Values,
  make: (fields: Record<string, unknown>) => Made<T>,
): Made<T> {
  const fields: Record<string, unknown> = {};
  const problems: Record<string, string> = {};
  for (const p of shownParameters(parameters, values)) {
    const text = values[p.name] ?? textOf(p.initial);
    const problem = emptyProblem(p, text) ?? jsonProblem(p, text);
    if (problem !== null) problems[p.name] = problem;
    // An optional field that is empty is none: the contract's own default.
    else if (!isEmpty(text) || p.kind === 'text') fields[p.name] = parsedOf(p, text);
  }
  const result = make(fields);
  const all = { ...(result.ok ? {} : result.problems), ...problems };
  return result.ok && Object.keys(all).length === 0 ? result : { ok: false, problems: all };
}

function parsedOf(parameter: Parameter, text: string): unknown {
  switch (parameter.kind) {
    case 'number':
      return Number(text);
    case 'boolean':
      return text === 'true';
    case 'json':
      return JSON.parse(text);
    case 'choice':
    case 'text':
      // An optional text that is empty is none.
      return text === '' && !parameter.required && parameter.initial === '' ? undefined : text;
  }
}

interface Schema<T> {
  safeParse(
    value: unknown,
  ):
    | { success: true; data: T }
    | { success: false; error: { issues: { path: PropertyKey[]; message: string }[] } };
}

function made<T>(schema: Schema<T>, value: unknown): Made<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { ok: true, value: parsed.data };
  const problems: Record<string, string> = {};
  for (const { path, message } of parsed.error.issues) problems[String(path[0] ?? '')] ??= message;
  return { ok: false, problems };
}
