/**
 * Work that stops by itself every few thousand items, so that a trace of 100,000 spans is put together between frames
 * and the page answers meanwhile. Whoever runs it decides whether it goes on at once.
 */
export type Steps<T> = Generator<undefined, T, undefined>;

/** So many items at most between two stops. */
export const ITEMS_A_STEP = 500;
/** A slice ends well within a frame, ms. */
const SLICE_MS = 8;

/** All of it at once. */
export function whole<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** One slice of it; null when there is more to do. */
export function slice<T>(steps: Steps<T>): { value: T } | null {
  const until = performance.now() + SLICE_MS;
  do {
    const step = steps.next();
    if (step.done) return { value: step.value };
  } while (performance.now() < until);
  return null;
}

/** Lets the browser draw and answer before what follows. */
export function breath(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** Slice after slice, to the end; rejects with the signal's reason when nobody wants it any more. */
export async function inSlices<T>(steps: Steps<T>, signal?: AbortSignal): Promise<T> {
  for (;;) {
    signal?.throwIfAborted();
    const done = slice(steps);
    if (done) return done.value;
    await breath();
  }
}
