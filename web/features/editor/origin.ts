/** What the editor was opened on. */
export type Origin = { kind: 'new' } | { kind: 'file'; id: string } | { kind: 'run'; id: string };

export function originOf(search: string): Origin {
  const params = new URLSearchParams(search);
  const file = params.get('copy');
  const run = params.get('run');
  if (file) return { kind: 'file', id: file };
  return run ? { kind: 'run', id: run } : { kind: 'new' };
}

/** The name under which its draft is kept. */
export const draftName = (origin: Origin): string =>
  origin.kind === 'new' ? 'new' : `${origin.kind}:${origin.id}`;

export function originWords(origin: Origin): string {
  if (origin.kind === 'new') return 'a new one';
  return origin.kind === 'file' ? `a copy of ${origin.id}` : `a copy of what the run ${origin.id} ran`;
}

/** A name for the file: that of the title. */
export function fileName(title: unknown): string {
  const words = typeof title === 'string' ? (title.toLowerCase().match(/[a-z0-9]+/g) ?? []) : [];
  return `${words.join('-').slice(0, 60) || 'experiment'}.yaml`;
}
