/** An answer that is an error, as Toxiproxy words it. */
export class ApiError extends Error {
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

export const badBody = (why: string) => new ApiError(`bad request body: ${why}`, 400);
export const missingField = (field: string) => new ApiError(`missing required field: ${field}`, 400);
export const invalidStream = () =>
  new ApiError('stream was invalid, can be either upstream or downstream', 400);
export const invalidType = () => new ApiError('invalid toxic type', 400);
export const proxyNotFound = () => new ApiError('proxy not found', 404);
export const toxicNotFound = () => new ApiError('toxic not found', 404);
export const proxyExists = () => new ApiError('proxy already exists', 409);
export const toxicExists = () => new ApiError('toxic already exists', 409);
