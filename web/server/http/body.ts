import type { IncomingMessage } from 'node:http';
import { StormglassError } from '@stormglass/agents/contract';

export const MAX_BODY_BYTES = 1_048_576;

/**
 * The JSON body of a request, at most 1 MiB; `{}` when there is none. Only application/json is read: a form of a
 * foreign page cannot send that without asking first.
 */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const text = await readText(request);
  if (text.trim() === '') return {};
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    throw new StormglassError(
      'unsupported_media_type',
      `a body of type ${type || 'unknown'} cannot be read`,
      'Send JSON with `content-type: application/json`.',
    );
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new StormglassError('invalid_request', 'the body is not valid JSON', 'Correct the JSON.', {
      cause,
    });
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  // Not destroyed when the loop is left: the refusal still has to go out on its socket.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function tooLarge(): StormglassError {
  return new StormglassError(
    'payload_too_large',
    `a body may have at most ${MAX_BODY_BYTES} bytes`,
    'Send less, or in several requests.',
  );
}
