import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { ShopError } from '../errors.ts';

/** Any throw of a handler or of the framework as an answer in the shop's own words. */
export function toShopError(error: unknown): ShopError {
  if (error instanceof ShopError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const said = error.validation.map(({ instancePath, message }) => `${instancePath || '/'}: ${message}`);
    return invalid(`${error.validationContext ?? 'request'} ${said.join('; ')}`);
  }
  const message = error instanceof Error ? error.message : String(error);
  const status =
    typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : 500;
  if (typeof status === 'number' && status >= 400 && status < 500) return invalid(message);
  return new ShopError('internal', message, 'Try again; the log of the service has the cause.', {
    cause: error,
  });
}

function invalid(message: string): ShopError {
  return new ShopError('invalid_request', message, 'Correct the named fields.');
}
