const listeners = new Set<() => void>();

/** Told when the hub orders everything to stop; gives back what ends it. For effects which no lease holds. */
export function onHalt(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function tellHalt(): void {
  for (const listener of listeners) listener();
}
