import { ErrorBody } from '@stormglass/agents/contract';
import { z } from 'zod';
import { ANSWERS } from '../../live/answers.ts';
import { API, type ApiName } from '../../live/api.ts';

type Json = Record<string, unknown>;

/** The OpenAPI 3.1 document of the API table. Schemas stand inline, so that every part can be read alone. */
export function openApiDocument(version: string): Json {
  const paths: Record<string, Json> = {};
  for (const name of Object.keys(API) as ApiName[]) {
    const path = API[name].path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [API[name].method.toLowerCase()]: operation(name) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Stormglass',
      version,
      description:
        'Instants are epoch milliseconds. Every answer that is no 2xx is an error body with a code.',
    },
    security: [{}, { bearer: [] }, { cookie: [] }],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'stormglass_session' },
      },
      schemas: { Error: schema(ErrorBody, 'output') },
    },
  };
}

function operation(name: ApiName): Json {
  const row = API[name];
  const failure = { content: json({ $ref: '#/components/schemas/Error' }) };
  const input = schema(row.input, 'input');
  // One of several forms has no properties of its own.
  const takes =
    input.oneOf !== undefined || Object.keys((input.properties as Json | undefined) ?? {}).length > 0;
  const isQuery = row.method === 'GET';
  return {
    operationId: name,
    summary: row.summary,
    parameters: [...pathParameters(row.path), ...(isQuery ? queryParameters(input) : [])],
    ...(!isQuery && takes ? { requestBody: { required: true, content: json(input) } } : {}),
    responses: {
      '200': { description: 'lines' in row ? 'Done; this is one line' : 'Done', content: answer(name) },
      '4XX': { description: 'The caller can do something about it', ...failure },
      '5XX': { description: 'Something behind the API failed', ...failure },
    },
  };
}

function answer(name: ApiName): Json {
  const content = schema(ANSWERS[name], 'output');
  const row = API[name];
  if ('document' in row) return Object.fromEntries(row.document.map((type) => [type, { schema: content }]));
  return 'lines' in row ? { 'application/x-ndjson': { schema: content } } : json(content);
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/:(\w+)/g)].map((found) => ({
    name: found[1],
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters(input: Json): Json[] {
  const required = new Set((input.required as string[] | undefined) ?? []);
  return Object.entries((input.properties as Json | undefined) ?? {}).map(([name, field]) => ({
    name,
    in: 'query',
    required: required.has(name),
    schema: field,
  }));
}

function schema(of: z.ZodType, io: 'input' | 'output'): Json {
  // What JSON Schema cannot say (transforms) is left open rather than said wrongly.
  const { $schema: _, ...rest } = z.toJSONSchema(of, { io, unrepresentable: 'any', reused: 'inline' });
  return rest;
}

function json(content: Json): Json {
  return { 'application/json': { schema: content } };
}
