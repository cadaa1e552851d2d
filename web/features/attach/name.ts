/** Stands in the snippets until somebody has typed a name. */
export const DEFAULT_NAME = 'my-service';

/** What may be pasted into a shell and into code as it is. */
export function isName(text: string): boolean {
  return /^[\w.-]{1,100}$/.test(text);
}
