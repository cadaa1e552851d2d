/** Waits, or less when one of the signals comes first; says which it was. */
export function pause(ms: number, over: AbortSignal, gone?: AbortSignal): Promise<'over' | 'gone'> {
  return new Promise((resolve) => {
    if (gone?.aborted) return resolve('gone');
    if (over.aborted || ms <= 0) return resolve('over');
    const finish = (how: 'over' | 'gone') => () => {
      clearTimeout(timer);
      over.removeEventListener('abort', onOver);
      gone?.removeEventListener('abort', onGone);
      resolve(how);
    };
    const onOver = finish('over');
    const onGone = finish('gone');
    const timer = Number.isFinite(ms) ? setTimeout(onOver, ms) : undefined;
    over.addEventListener('abort', onOver);
    gone?.addEventListener('abort', onGone);
  });
}
