/**
 * Named points between two writes. A test names one in SHOP_CRASH_AT and this process dies there as by kill -9: no
 * handler runs, no socket is closed in order, nothing is flushed.
 */
let armed: string | undefined;

export function armCrash(point: string | undefined): void {
  armed = point;
}

export function crashPoint(name: string): void {
  if (armed === name) process.kill(process.pid, 'SIGKILL');
}
