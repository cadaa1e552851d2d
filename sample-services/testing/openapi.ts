import { Ajv2020 } from 'ajv/dist/2020.js';
import { z } from 'zod';

const JsonSchema = z.union([z.boolean(), z.record(z.string(), z.unknown())]);
const MediaTypes = z.record(
  z.string().regex(/^[\w*+.-]+\/[\w*+.-]+$/),
  z.strictObject({ schema: JsonSchema }),
);
const Parameter = z
  .strictObject({
    name: z.string().min(1),
    in: z.enum(['path', 'query', 'header', 'cookie']),
    required: z.boolean().optional(),
    description: z.string().optional(),
    schema: JsonSchema,
  })
  .refine(
    (parameter) => parameter.in !== 'path' || parameter.required === true,
    'a path parameter is required',
  );
const Operation = z.strictObject({
  summary: z.string().min(1),
  tags: z.array(z.string()).min(1),
  parameters: z.array(Parameter).optional(),
  requestBody: z.strictObject({ required: z.boolean().optional(), content: MediaTypes }).optional(),
  responses: z.record(
    z.string().regex(/^([1-5]\d\d|[1-5]XX|default)$/),
    z.strictObject({ description: z.string().min(1), content: MediaTypes.optional() }),
  ),
  security: z.array(z.record(z.string(), z.array(z.string()))).optional(),
});
const SecurityScheme = z.strictObject({
  type: z.literal('http'),
  scheme: z.literal('bearer'),
  bearerFormat: z.string().optional(),
});

/** The part of the OpenAPI 3.1 object model which our services use, strictly: what is not in it is a mistake. */
const OpenApiDocument = z.strictObject({
  openapi: z.string().regex(/^3\.1\.\d+$/),
  info: z.strictObject({ title: z.string().min(1), version: z.string().min(1) }),
  paths: z.record(
    z.string().startsWith('/'),
    z.partialRecord(z.enum(['get', 'post', 'put', 'patch', 'delete']), Operation),
  ),
  components: z.strictObject({
    schemas: z.record(z.string().regex(/^[\w.-]+$/), JsonSchema).optional(),
    securitySchemes: z.record(z.string(), SecurityScheme).optional(),
  }),
});
type Operation = z.output<typeof Operation>;

const ID = 'openapi';

/** The document of one service, as its callers read it. */
export class Contract {
  readonly #ajv = new Ajv2020({ allErrors: true, strict: false, validateFormats: false });
  readonly #document: z.output<typeof OpenApiDocument>;

  /** Throws when it is no OpenAPI 3.1 document, has a schema that is none, or a reference to nothing. */
  constructor(document: unknown) {
    this.#document = OpenApiDocument.parse(document);
    this.#ajv.addSchema({ $id: ID, ...this.#document }, ID);
    for (const [path, operations] of Object.entries(this.#document.paths)) {
      for (const [method, operation] of Object.entries(operations)) this.#check(path, method, operation);
    }
  }

  /** `GET /orders/{id}`, sorted. */
  get operations(): string[] {
    return Object.entries(this.#document.paths)
      .flatMap(([path, operations]) =>
        Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
      )
      .sort();
  }

  /** What is wrong with an answer, in words; empty when it is as declared. */
  misfits(method: string, path: string, status: number, body: unknown): string {
    const operation = Object.entries(this.#document.paths[path] ?? {}).find(
      ([name]) => name === method.toLowerCase(),
    )?.[1];
    if (operation === undefined) return `${method} ${path} is not in the document`;
    const { responses } = operation;
    const range = [String(status), `${Math.floor(status / 100)}XX`, 'default'].find(
      (key) => key in responses,
    );
    const schema = responses[range ?? '']?.content?.['application/json']?.schema;
    if (schema === undefined) return `${method} ${path} says nothing of ${status} in JSON`;
    const fits = this.#compile(schema);
    return fits(body) ? '' : `${method} ${path} ${status}: ${this.#ajv.errorsText(fits.errors)}`;
  }

  #compile(schema: z.output<typeof JsonSchema>) {
    // References are relative to the document.
    const text = JSON.stringify(schema).replaceAll('"$ref":"#', `"$ref":"${ID}#`);
    return this.#ajv.compile(JSON.parse(text));
  }

  #check(path: string, method: string, operation: Operation): void {
    const media = [
      operation.requestBody?.content,
      ...Object.values(operation.responses).map((r) => r.content),
    ];
    for (const { schema } of media.flatMap((content) => Object.values(content ?? {}))) this.#compile(schema);
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');
    const declared = (operation.parameters ?? [])
      .filter((each) => each.in === 'path')
      .map(({ name }) => name);
    if (named.sort().join() !== declared.sort().join()) {
      throw new Error(`${method} ${path} declares the path parameters ${declared.join() || '(none)'}`);
    }
    const known = this.#document.components.securitySchemes ?? {};
    const unknown = (operation.security ?? []).flatMap(Object.keys).filter((name) => !(name in known));
    if (unknown.length > 0) throw new Error(`${method} ${path} asks for unknown security ${unknown.join()}`);
  }
}
