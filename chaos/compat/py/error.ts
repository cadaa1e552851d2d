/** What the reference raises: the name of the class and its message. */
export class PyError extends Error {
  readonly type: string;
  /** What Stormglass adds for people; no part of the message, which stays the reference's. */
  readonly hint: string | null;

  constructor(type: string, message: string, options: ErrorOptions & { hint?: string } = {}) {
    super(message, options);
    this.type = type;
    this.hint = options.hint ?? null;
  }
}

/** The exceptions of the toolkit itself; its command line prints their message and nothing else. */
const OWN = [
  'InvalidExperiment',
  'InvalidActivity',
  'InvalidControl',
  'InvalidSource',
  'ActivityFailed',
] as const;
type OwnError = (typeof OWN)[number];

export const invalid = (type: OwnError, message: string, hint?: string): PyError =>
  new PyError(type, message, hint === undefined ? {} : { hint });

export const activityFailed = (message: string): PyError => new PyError('ActivityFailed', message);

export const isOwn = ({ type }: PyError): boolean => OWN.some((own) => own === type);

export const isFailedActivity = (error: unknown): error is PyError =>
  error instanceof PyError && error.type === 'ActivityFailed';
