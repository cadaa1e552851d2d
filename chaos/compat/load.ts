import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Response } from './http/exchange.ts';
import { ExchangeError } from './http/exchange.ts';
import { header, send, urlOf } from './http/session.ts';
import { responseText } from './providers/response-text.ts';
import { invalid, PyError } from './py/error.ts';
import { parseJson } from './py/json.ts';
import type { Value } from './py/value.ts';
import { parseYaml } from './yaml/load.ts';

const unsupported = () =>
  invalid('InvalidExperiment', 'only files with json, yaml or yml extensions are supported');

/** An experiment from a file or an address, JSON or YAML 1.1. */
export async function loadExperiment(
  source: string,
  env: NodeJS.ProcessEnv,
  verify: boolean,
): Promise<Value> {
  if (existsSync(source)) return await fromFile(source);
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(source)?.[1]?.toLowerCase();
  if (scheme === undefined) throw invalid('InvalidSource', `Path "${source}" does not exist.`);
  if (scheme !== 'http' && scheme !== 'https') {
    throw invalid('InvalidSource', `'${scheme}' is not a supported source scheme.`);
  }
  return fromAnswer(await fetched(source, env, verify));
}

async function fromFile(path: string): Promise<Value> {
  const extension = extname(path);
  if (extension === '.json') return parseJson(await readFile(path, 'utf8'));
  if (extension === '.yaml' || extension === '.yml') return yaml(await readFile(path, 'utf8'));
  throw unsupported();
}

/** Errors of the syntax have their own class in YAML; those of its values (a 13th month) have not. */
function yaml(text: string): Value {
  try {
    return parseYaml(text);
  } catch (error) {
    if (!(error instanceof PyError) || !/^(?:Scanner|Composer|Constructor)Error$/.test(error.type))
      throw error;
    throw invalid('InvalidSource', `Failed parsing YAML experiment: ${error.message}`);
  }
}

async function fetched(source: string, env: NodeJS.ProcessEnv, verify: boolean): Promise<Response> {
  const token = env.CHAOSTOOLKIT_LOADER_AUTH_BEARER_TOKEN?.trim();
  const url = urlOf(source);
  const headers: [string, string][] = [
    ['Host', url.host],
    ['Accept', 'application/json, application/x-yaml'],
    ...(token ? [['Authorization', `bearer ${token}`] as [string, string]] : []),
  ];
  const request = {
    method: 'GET',
    url,
    headers,
    body: null,
    timeouts: { connect: null, read: null },
    verify,
  };
  try {
    const response = await send(request, new AbortController().signal);
    if (response.status === 200) return response;
    throw invalid('InvalidSource', `Failed to fetch the experiment: ${responseText(response)}`);
  } catch (error) {
    if (error instanceof ExchangeError) throw new PyError('ConnectionError', error.message, { cause: error });
    throw error;
  }
}

function fromAnswer(response: Response): Value {
  const type = header(response, 'content-type');
  if (type === undefined) throw new PyError('TypeError', "argument of type 'NoneType' is not iterable");
  const text = responseText(response);
  if (type.includes('application/json')) return parseJson(text);
  if (type.includes('application/x-yaml') || type.includes('text/yaml')) return yaml(text);
  if (!type.includes('text/plain')) throw unsupported();
  try {
    return parseJson(text);
  } catch {
    // No JSON, hence YAML.
    return plainYaml(text);
  }
}

function plainYaml(text: string): Value {
  try {
    return yaml(text);
  } catch (error) {
    if (error instanceof PyError && error.type === 'InvalidSource') throw unsupported();
    throw error;
  }
}
